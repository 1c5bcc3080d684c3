// The agenda's calendar. Its dates are wall times of the workspace, carried as if they were UTC, so that the browser's
// own zone never matters; the server turns them into instants and knows the days on which clocks change.
(() => {
  const element = document.getElementById("calendar");
  if (!element) return;
  const config = JSON.parse(document.getElementById("agenda-config").textContent);
  const filters = document.getElementById("agenda-filters");
  const goto = document.getElementById("agenda-goto");
  const loadedAt = Date.now();
  const SVG = "http://www.w3.org/2000/svg";
  const VIEWS = { day: "timeGridDay", week: "timeGridWeek", month: "dayGridMonth" };
  const REFRESH_MS = 60000;
  let calendar = null;

  const wallNow = () => new Date(config.nowMs + (Date.now() - loadedAt));
  const wall = (date) => date.toISOString().slice(0, 16);
  const day = (date) => date.toISOString().slice(0, 10);
  const isShown = () => element.offsetParent !== null;
  const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

  function chosen(name) {
    return [...filters.querySelectorAll(`input[name="${name}"]:checked`)].map((input) => input.value);
  }

  function query(extra) {
    const parameters = new URLSearchParams(extra);
    for (const staff of chosen("staff")) parameters.append("staff", staff);
    for (const flag of chosen("cancelled")) parameters.append("cancelled", flag);
    return parameters;
  }

  function icon(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "icon icon-sm");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `${config.sprite}#${name}`);
    svg.append(use);
    return svg;
  }

  function dot(color) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 8 8");
    svg.setAttribute("class", "size-2 flex-none dark:brightness-175");
    svg.setAttribute("aria-hidden", "true");
    const circle = document.createElementNS(SVG, "circle");
    for (const [name, value] of Object.entries({ cx: 4, cy: 4, r: 4, fill: color })) circle.setAttribute(name, value);
    svg.append(circle);
    return svg;
  }

  function line(className, ...parts) {
    const span = document.createElement("span");
    span.className = className;
    span.append(...parts);
    return span;
  }

  // The name first: it must be readable in the smallest box. Where the box stands tells the time.
  function draw({ event, timeText, view }) {
    if (event.display === "background") return { domNodes: [line("block truncate p-1 text-xs text-muted", event.title)] };
    const { statusIcon, service, staffColor } = event.extendedProps;
    const title = line("fc-event-title min-w-0 flex-1 truncate font-medium", event.title);
    const head = line("flex w-full min-w-0 items-center gap-1 overflow-hidden", icon(statusIcon), title);
    if (config.showStaff && staffColor) head.append(dot(staffColor));
    if (view.type === "dayGridMonth") {
      head.insertBefore(line("fc-event-time flex-none", timeText), title);
      return { domNodes: [head] };
    }
    return { domNodes: [head, line("agenda-second block truncate text-xs", line("fc-event-time", timeText), ` ${service}`)] };
  }

  async function load(info, succeed, fail) {
    try {
      const response = await fetch(`${config.eventsUrl}?${query({ start: day(info.start), end: day(info.end) })}`, {
        headers: { Accept: "application/json" },
      });
      if (response.redirected) return window.location.reload();
      if (!response.ok) throw new Error(String(response.status));
      succeed(await response.json());
    } catch (error) {
      fail(error);
      window.Oficio.toast({ message: document.getElementById("words").dataset.offline, level: "error" });
    }
    return undefined;
  }

  // A dragged or stretched appointment: the server decides; when it refuses, the event goes back and says why.
  async function move({ event, revert }, stretched) {
    const body = new FormData();
    body.append("starts", wall(event.start));
    if (stretched) body.append("ends", wall(event.end));
    try {
      const response = await fetch(event.extendedProps.moveUrl, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": csrf() },
      });
      if (response.redirected) return window.location.reload();
      const answer = await response.json();
      if (response.ok) {
        window.Oficio.toast({ message: answer.message, undo: { url: answer.undo_url } });
      } else {
        revert();
        window.Oficio.toast({ message: answer.error.message, level: "error" });
      }
    } catch {
      revert();
      window.Oficio.toast({ message: document.getElementById("words").dataset.offline, level: "error" });
    }
    calendar.refetchEvents();
    return undefined;
  }

  function openPage(url, opener = null) {
    if (window.OficioSheets.isWide.matches) window.OficioSheets.open(url, opener);
    else window.location.assign(url);
  }

  function create(starts) {
    const parameters = new URLSearchParams({ starts });
    const staff = chosen("staff");
    if (staff.length === 1) parameters.append("staff", staff[0]);
    openPage(`${config.addUrl}?${parameters}`);
  }

  // The address keeps the view and the day, so that reload and back return here.
  function remember({ view, start }) {
    const name = Object.keys(VIEWS).find((key) => VIEWS[key] === view.type);
    const shown = view.calendar.getDate();
    if (document.querySelector("#sheets dialog[open]")) return;
    window.history.replaceState(window.history.state, "", `?${query({ view: name, on: day(shown) })}`);
    const print = document.getElementById("print-day");
    if (print) print.href = `${config.printUrl}?${query({ on: day(name === "day" ? start : shown) })}`;
    goto.value = day(shown);
  }

  // FullCalendar scrolls inside boxes that no key reaches, and gives its arrows the role of an image without a name.
  function reach() {
    for (const scroller of element.querySelectorAll(".fc-scroller-liquid-absolute")) {
      scroller.tabIndex = 0;
    }
    for (const arrow of element.querySelectorAll(".fc-icon")) arrow.setAttribute("aria-hidden", "true");
  }

  function start() {
    if (calendar || !isShown()) return;
    const isWide = window.OficioSheets.isWide.matches;
    calendar = new window.FullCalendar.Calendar(element, {
      ...window.FullCalendar.options,
      timeZone: "UTC",
      now: wallNow,
      initialView: VIEWS[config.view] ?? (isWide ? "timeGridWeek" : "timeGridDay"),
      initialDate: config.on,
      height: "100%",
      headerToolbar: isWide
        ? { left: "prev,next today", center: "title", right: "timeGridDay,timeGridWeek,dayGridMonth" }
        : { left: "title", right: "today prev,next" },
      views: { timeGridWeek: isWide ? {} : { dayHeaderFormat: { weekday: "short", day: "numeric" } } },
      slotDuration: "00:30:00",
      snapDuration: "00:15:00",
      slotLabelInterval: "01:00:00",
      slotLabelFormat: config.slotClock,
      eventTimeFormat: config.clock,
      displayEventEnd: false,
      scrollTime: config.scrollTime,
      scrollTimeReset: false,
      businessHours: config.businessHours,
      eventMinHeight: 22,
      dayMaxEvents: 4,
      navLinks: true,
      editable: true,
      eventStartEditable: true,
      eventDurationEditable: true,
      longPressDelay: 400,
      selectable: false,
      events: load,
      eventContent: draw,
      eventDidMount: ({ event, el }) => {
        if (event.display === "background") return;
        el.setAttribute("aria-label", event.extendedProps.summary);
        el.title = event.extendedProps.summary;
        el.dataset.page = event.extendedProps.pageUrl;
      },
      moreLinkDidMount: ({ el }) => el.setAttribute("role", "button"),
      eventClick: ({ event, el, jsEvent }) => {
        jsEvent.preventDefault();
        if (event.extendedProps.pageUrl) openPage(event.extendedProps.pageUrl, el);
      },
      dateClick: ({ date, allDay }) => {
        if (allDay) calendar.changeView("timeGridDay", date);
        else create(wall(date));
      },
      eventDrop: (info) => move(info, false),
      eventResize: (info) => move(info, true),
      datesSet: (info) => {
        remember(info);
        reach();
      },
    });
    element.replaceChildren();
    calendar.render();
    reach();
  }

  start();
  window.OficioSheets.isWide.addEventListener("change", start);

  filters.addEventListener("change", (event) => {
    if (!calendar || !isShown()) filters.requestSubmit();
    else if (event.target !== goto) {
      calendar.refetchEvents();
      remember({ view: calendar.view, start: calendar.getDate() });
    } else if (goto.value) calendar.gotoDate(goto.value);
  });
  // The list's day is a field of the same form, drawn in the list's own header.
  document.getElementById("agenda-on").addEventListener("change", () => filters.requestSubmit());

  const refresh = () => {
    if (document.visibilityState === "visible") calendar?.refetchEvents();
  };
  setInterval(refresh, REFRESH_MS);
  document.addEventListener("visibilitychange", refresh);
  document.addEventListener("agenda:changed", () => {
    if (calendar) calendar.refetchEvents();
    else if (!document.querySelector("dialog[open]")) window.location.reload();
  });
})();

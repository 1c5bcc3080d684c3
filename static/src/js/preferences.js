// Theme at once, cookie by the server; the visitor's time zone, which the server uses to show a second time; the
// language of the page as it is now.
const YEAR_SECONDS = 31536000;
const openedAt = window.location.href;

// Tells the server the zone; on the first visit the page was written without it, so its [data-client-zone] comes again.
function rememberTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const cookie = `tz=${encodeURIComponent(zone)}`;
  const isKnown = () => document.cookie.split("; ").includes(cookie);
  if (!zone || isKnown()) return;
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${cookie}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
  const part = document.querySelector("[data-client-zone]");
  if (part && part.dataset.clientZone !== zone && isKnown()) refresh(part);
}

// Not once the visitor has begun to do something with it.
async function refresh(part) {
  let isBusy = false;
  const begin = () => {
    isBusy = true;
  };
  document.addEventListener("htmx:beforeRequest", begin, { once: true });
  try {
    const answer = await fetch(openedAt);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (!fresh || isBusy || !part.isConnected || isTouched(part)) return;
    part.replaceWith(fresh);
    window.htmx.process(fresh);
    document.dispatchEvent(new CustomEvent("zone:change"));
  } catch {
    // The next page shows it.
  } finally {
    document.removeEventListener("htmx:beforeRequest", begin);
  }
}

function isTouched(part) {
  if (part.contains(document.activeElement)) return true;
  const fields = [...part.querySelectorAll("input, textarea")];
  const options = [...part.querySelectorAll("option")];
  const hasDefault = (select) => select.querySelector("option[selected]");
  return (
    fields.some((field) => field.value !== field.defaultValue) ||
    options.some((option) => hasDefault(option.parentElement) && option.selected !== option.defaultSelected)
  );
}

// Choices made in place have changed the address since the page was written.
function keepAddress(event) {
  const field = event.target.querySelector?.('[name="next"]');
  if (!field || event.submitter?.name !== "language" || window.location.href === openedAt) return;
  field.value = window.location.pathname + window.location.search;
}

async function chooseTheme(event) {
  const form = event.target;
  if (!form.matches?.("form[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const choice = event.submitter.value;
  const root = document.documentElement;
  if (choice === "auto") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", choice === "dark" ? "oficio-dark" : "oficio");
  for (const button of document.querySelectorAll('form[data-theme-form] button[name="theme"]')) {
    button.setAttribute("aria-pressed", String(button.value === choice));
  }
  const data = new FormData(form, event.submitter);
  try {
    await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
  } catch {
    // The choice holds for this page; it is asked for again on the next one.
  }
  document.dispatchEvent(new CustomEvent("theme:change", { detail: choice }));
}

export function startPreferences() {
  rememberTimeZone();
  document.addEventListener("submit", chooseTheme, true);
  document.addEventListener("submit", keepAddress, true);
}

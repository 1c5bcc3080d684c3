// The gallery's calendar: sample events in every status.
document.addEventListener("DOMContentLoaded", () => {
  const element = document.getElementById("calendar");
  const sample = JSON.parse(document.getElementById("calendar-data").textContent);
  new FullCalendar.Calendar(element, {
    ...FullCalendar.options,
    initialView: window.matchMedia("(min-width: 64rem)").matches ? "timeGridWeek" : "timeGridDay",
    initialDate: sample.day,
    now: sample.now,
    timeZone: "UTC",
    headerToolbar: { start: "prev,today,next", center: "title", end: "timeGridDay,timeGridWeek,dayGridMonth" },
    slotMinTime: "08:00",
    slotMaxTime: "20:00",
    height: "auto",
    editable: true,
    businessHours: sample.hours,
    events: sample.events,
  }).render();
});

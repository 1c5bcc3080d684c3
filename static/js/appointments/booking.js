// Booking in place: the open step takes the focus, news are said aloud, what was typed survives a change of time.
const typed = new Map();

function remember() {
  for (const field of document.querySelectorAll("[data-booking-form] :is(input:not([type=hidden]), textarea)")) {
    typed.set(field.name, field.value);
  }
}

function restore() {
  for (const field of document.querySelectorAll("[data-booking-form] :is(input:not([type=hidden]), textarea)")) {
    if (!field.value && typed.get(field.name)) field.value = typed.get(field.name);
  }
}

// On phones the days are a strip: the chosen one, else the first free one, is brought into it.
function showDay() {
  const strip = document.querySelector("[data-days]");
  const day = strip?.querySelector("[aria-current]") ?? strip?.querySelector("a");
  if (!day || strip.scrollWidth <= strip.clientWidth) return;
  strip.scrollLeft = day.offsetLeft - strip.offsetLeft - (strip.clientWidth - day.offsetWidth) / 2;
}

// Within a step (another day, another month) the focus stays where it was; a new step begins at its heading.
function moveFocus(before) {
  const booking = document.getElementById("booking");
  if (booking.querySelector('[aria-invalid="true"]')) return;
  const alert = booking.querySelector('[role="alert"]');
  const same = before.href && booking.querySelector(`a[href="${CSS.escape(before.href)}"]`);
  if (!alert && booking.dataset.step === before.step && same) {
    same.focus({ preventScroll: true });
    return;
  }
  const heading = booking.querySelector("[data-step-heading]");
  heading?.focus({ preventScroll: true });
  (alert ?? heading)?.scrollIntoView({ block: "start" });
}

let before = { step: "", href: "" };

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "booking") return;
  remember();
  before = { step: event.detail.target.dataset.step, href: document.activeElement?.getAttribute("href") ?? "" };
});
document.addEventListener("htmx:afterSettle", () => {
  const booking = document.getElementById("booking");
  if (!booking) return;
  restore();
  showDay();
  moveFocus(before);
  document.getElementById("booking-news").textContent = booking.dataset.news.trim();
});
document.addEventListener("DOMContentLoaded", showDay);
document.addEventListener("zone:change", showDay);

// Weekly hours: shows one more block of a day. Without this script one blank row a day is there already.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-add-block]");
  if (!button) return;
  const day = button.closest("[data-day]");
  const next = day.querySelector("[data-block][data-spare]");
  if (next) {
    next.hidden = false;
    delete next.dataset.spare;
    next.querySelector("input").focus();
  }
  if (!day.querySelector("[data-block][data-spare]")) button.hidden = true;
});

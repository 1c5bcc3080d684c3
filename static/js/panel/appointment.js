// The form of an appointment: pick a client on file, pick a free time. Works in a page and in a sheet.
(() => {
  function form(element) {
    return element.closest("form[data-appointment]");
  }

  function pickClient(button) {
    const owner = form(button);
    owner.elements.client_id.value = button.dataset.client;
    owner.querySelector("[data-client-name]").textContent = button.dataset.name;
    owner.querySelector("[data-client-detail]").textContent = button.dataset.detail;
    owner.querySelector("[data-client-chosen]").hidden = false;
    owner.querySelector("[data-client-search]").hidden = true;
    owner.querySelector("[data-client-new]").hidden = true;
    owner.querySelector("[data-client-change]").focus();
  }

  function freeClient(button) {
    const owner = form(button);
    owner.elements.client_id.value = "";
    owner.querySelector("[data-client-chosen]").hidden = true;
    owner.querySelector("[data-client-search]").hidden = false;
    owner.querySelector("[data-client-new]").hidden = false;
    owner.querySelector("[data-client-search] input").focus();
  }

  document.addEventListener("click", (event) => {
    const pick = event.target.closest?.("[data-client]");
    if (pick && form(pick)) pickClient(pick);
    const change = event.target.closest?.("[data-client-change]");
    if (change) freeClient(change);
    const slot = event.target.closest?.("[data-slot]");
    if (slot && form(slot)) {
      const field = form(slot).elements.at;
      field.value = slot.dataset.slot;
      for (const other of form(slot).querySelectorAll("[data-slot]")) {
        other.setAttribute("aria-pressed", String(other === slot));
      }
      if (slot.dataset.on) form(slot).elements.on.value = slot.dataset.on;
    }
  });
})();

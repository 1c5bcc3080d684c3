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

  function pickSlot(slot) {
    const owner = form(slot);
    owner.elements.at.value = slot.dataset.slot;
    if (slot.dataset.on) owner.elements.on.value = slot.dataset.on;
    for (const other of owner.querySelectorAll("[data-slot]")) {
      other.setAttribute("aria-pressed", String(other === slot));
    }
  }

  // A part that replaces another names the box it stands in, and says which address it has.
  function nameBox(part) {
    const sheet = part.closest("dialog");
    const heading = sheet?.querySelector(".sheet-header h2") ?? document.querySelector("main h1");
    if (heading && part.dataset.title) heading.textContent = part.dataset.title;
    if (part.dataset.address) window.history.replaceState(window.history.state, "", part.dataset.address);
  }

  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id === "appointment-part") nameBox(target);
    // Until a time is chosen, the field follows the first one that is free.
    const owner = target.closest?.("form[data-suggests-time]");
    const first = owner && target.querySelector("[data-slot]");
    if (first) pickSlot(first);
  });

  document.addEventListener("input", (event) => {
    if (event.target.name === "at") form(event.target)?.removeAttribute("data-suggests-time");
  });

  document.addEventListener("click", (event) => {
    const pick = event.target.closest?.("[data-client]");
    if (pick && form(pick)) pickClient(pick);
    const change = event.target.closest?.("[data-client-change]");
    if (change) freeClient(change);
    const slot = event.target.closest?.("[data-slot]");
    if (slot && form(slot)) {
      pickSlot(slot);
      form(slot).removeAttribute("data-suggests-time");
    }
  });
})();

// Native <dialog>s by attribute: data-dialog-open="id", data-dialog-close; data-confirm="question" on forms and links.
import { word } from "./words.js";

export function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("dialog:open", { bubbles: true }));
}

function closeDialog(dialog) {
  if (!dialog) return;
  // A sheet with an address of its own goes back to the page it lies over.
  if (dialog.dataset.closeUrl && !dialog.dataset.emptyOnClose) {
    window.location.assign(dialog.dataset.closeUrl);
    return;
  }
  dialog.close();
}

// Ask once before something that cannot be undone. Resolves to true or false.
export function ask(question, { action = "", tone = "" } = {}) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("[data-confirm-question]").textContent = question;
  const yes = dialog.querySelector("[data-confirm-yes]");
  yes.textContent = action || word("confirm");
  yes.className = `btn ${tone === "danger" ? "btn-error" : "btn-primary"}`;
  dialog.returnValue = "no";
  openDialog(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function askForForm(event) {
  const source = event.submitter?.dataset.confirm ? event.submitter : event.target;
  const question = source.dataset?.confirm;
  if (!question || event.target.dataset.confirmed === "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  if (await ask(question, { action: source.dataset.confirmAction, tone: source.dataset.confirmTone ?? "danger" })) {
    event.target.dataset.confirmed = "true";
    event.target.requestSubmit(submitter);
    delete event.target.dataset.confirmed;
  }
}

function placeSheet(root) {
  for (const dialog of root.querySelectorAll?.("dialog[data-open-now]:not([open])") ?? []) openDialog(dialog);
}

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialogOpen);
      if (dialog) {
        event.preventDefault();
        openDialog(dialog);
      }
    }
    const closer = event.target.closest?.("[data-dialog-close]");
    const dialog = closer?.closest("dialog");
    if (dialog) {
      event.preventDefault();
      closeDialog(dialog);
    }
    // A click on the backdrop lands on the dialog itself, outside its box.
    if (event.target.matches?.("dialog[open]:not([data-stay])")) {
      const box = event.target.getBoundingClientRect();
      const inside =
        event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.clientX + event.clientY > 0) closeDialog(event.target);
    }
    // Menus made of <details> close when the click is elsewhere.
    for (const open of document.querySelectorAll("details.popup[open]")) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.popup[open]")) {
      open.removeAttribute("open");
      open.querySelector("summary").focus();
    }
  });
  document.addEventListener("close", onClosed, true);
  document.addEventListener("submit", askForForm, true);
  document.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    const source = event.detail.elt.dataset;
    if (await ask(event.detail.question, { action: source.confirmAction, tone: source.confirmTone ?? "danger" })) {
      event.detail.issueRequest(true);
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => placeSheet(event.target));
  placeSheet(document);
}

function onClosed(event) {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement)) return;
  dialog.dispatchEvent(new CustomEvent("dialog:close", { bubbles: true }));
  if (dialog.dataset.emptyOnClose) {
    if (dialog.dataset.closeUrl) window.history.replaceState(null, "", dialog.dataset.closeUrl);
    dialog.remove();
  }
}

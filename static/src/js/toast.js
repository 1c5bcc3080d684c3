// Messages at the foot of the page. They come with the page (Django messages), with an HX-Trigger header, or from a script.
import { word } from "./words.js";

const STAYS_MS = 6000;
const STAYS_WITH_ACTION_MS = 10000;

function build({ message, level = "success", undo = null }) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.level = level;
  const text = document.createElement("p");
  text.textContent = message;
  toast.append(text);
  if (undo?.url) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast-undo";
    button.textContent = undo.label || word("undo");
    button.dataset.toastUndo = undo.url;
    toast.append(button);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", word("close"));
  close.textContent = "×";
  toast.append(close);
  return toast;
}

// Errors stay until they are closed; the rest leaves by itself, later while it is pointed at or focused.
function leaveLater(toast) {
  if (toast.dataset.level === "error") return;
  const wait = toast.querySelector("[data-toast-undo], .toast-undo") ? STAYS_WITH_ACTION_MS : STAYS_MS;
  let timer = setTimeout(() => toast.remove(), wait);
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = setTimeout(() => toast.remove(), wait);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", release);
}

export function showToast(options) {
  const region = document.getElementById("toasts");
  if (!region || !options?.message) return null;
  for (const old of [...region.children].slice(0, -2)) old.remove();
  const toast = build(options);
  region.append(toast);
  leaveLater(toast);
  return toast;
}

export function startToasts() {
  // An open <dialog> covers the page's top layer: the region moves into it so that a message is never behind it.
  document.addEventListener("dialog:open", (event) => event.target.append(document.getElementById("toasts")));
  document.addEventListener("dialog:close", () => document.body.append(document.getElementById("toasts")));
  document.querySelectorAll("#toasts > .toast").forEach(leaveLater);
  document.addEventListener("toast", (event) => {
    for (const options of [event.detail?.value ?? event.detail].flat()) showToast(options);
  });
  document.addEventListener("click", async (event) => {
    const close = event.target.closest?.("[data-toast-close]");
    if (close) close.closest(".toast").remove();
    const undo = event.target.closest?.("[data-toast-undo]");
    if (undo) {
      undo.closest(".toast").remove();
      window.htmx.ajax("POST", undo.dataset.toastUndo, { target: "body", swap: "none" });
    }
  });
}

// Small comforts of forms: no double submit, show the password, copy, submit on change, a warning before losing text.
import { showToast } from "./toast.js";
import { word } from "./words.js";

function guardDoubleSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.dataset.repeat !== undefined) return;
  if (form.dataset.sending === "true") {
    event.preventDefault();
    return;
  }
  if (form.method !== "post") return;
  form.dataset.sending = "true";
  const button = event.submitter ?? form.querySelector('button[type="submit"], button:not([type])');
  button?.setAttribute("aria-busy", "true");
  // The browser keeps the page when the network is down or the answer is a download: free the form again.
  setTimeout(() => release(form), 8000);
}

function release(form) {
  if (!form?.dataset) return;
  delete form.dataset.sending;
  for (const button of form.querySelectorAll?.('[aria-busy="true"]') ?? []) button.removeAttribute("aria-busy");
}

function togglePassword(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  if (!input) return;
  const isShown = input.type === "text";
  input.type = isShown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!isShown));
  button.setAttribute("aria-label", isShown ? button.dataset.show : button.dataset.hide);
  button.querySelector("[data-eye]")?.toggleAttribute("hidden", !isShown);
  button.querySelector("[data-eye-off]")?.toggleAttribute("hidden", isShown);
}

async function copy(button) {
  const source = button.dataset.copy || document.getElementById(button.dataset.copyFrom)?.value || "";
  try {
    await navigator.clipboard.writeText(source);
    showToast({ message: word("copied") });
  } catch {
    const field = document.getElementById(button.dataset.copyFrom);
    field?.select?.();
    showToast({ message: word("copyFailed"), level: "error" });
  }
}

// Browsers without field-sizing grow a textarea by hand.
function autosize(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

export function startForms() {
  document.addEventListener("submit", guardDoubleSubmit);
  document.addEventListener("htmx:afterRequest", (event) => release(event.detail.elt?.closest?.("form") ?? event.target));
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));
  document.addEventListener("click", (event) => {
    const eye = event.target.closest?.("[data-password-toggle]");
    if (eye) togglePassword(eye);
    const copier = event.target.closest?.("[data-copy], [data-copy-from]");
    if (copier) copy(copier);
    const printer = event.target.closest?.("[data-print]");
    if (printer) window.print();
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest?.("[data-submit-on-change]")) event.target.form?.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("textarea")) autosize(event.target);
  });
}

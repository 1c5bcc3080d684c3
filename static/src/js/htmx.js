// htmx under a strict policy: no eval, no injected style, errors that carry HTML are swapped in, the rest is said aloud.
import { showToast } from "./toast.js";
import { word } from "./words.js";

let waiting = 0;

function progress(change) {
  waiting = Math.max(0, waiting + change);
  document.querySelector(".loading-bar")?.toggleAttribute("data-active", waiting > 0);
}

function showRefusal(part) {
  const wrong = part.querySelector?.('[aria-invalid="true"]:not([type="hidden"]), [role="alert"]');
  if (!wrong) return;
  if (wrong.matches('[role="alert"]')) wrong.tabIndex = -1; // a notice takes no focus by itself
  wrong.focus({ preventScroll: true });
  (wrong.closest(".field") ?? wrong).scrollIntoView({ block: "center" });
}

export function startHtmx(htmx) {
  Object.assign(htmx.config, {
    includeIndicatorStyles: false,
    allowEval: false,
    allowScriptTags: false,
    attributesToSettle: ["class", "width", "height"], // setting "style" would break the policy
    historyCacheSize: 0,
    refreshOnHistoryMiss: true,
    selfRequestsOnly: true,
    scrollBehavior: "auto",
    timeout: 30000,
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "400|403|404|409|410|422|429", swap: true, error: false },
      { code: "[45]..", swap: false, error: true },
    ],
  });

  const body = document;
  body.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token) event.detail.headers["X-CSRFToken"] = token;
  });
  body.addEventListener("htmx:beforeRequest", () => progress(1));
  body.addEventListener("htmx:afterRequest", () => progress(-1));

  // A whole page must never land inside a fragment's place: an error is said, a redirect (to sign in, say) is followed.
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, boosted, pathInfo, target } = event.detail;
    const isHtml = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/html");
    const isPage = isHtml && /^\s*<!doctype/i.test(xhr.responseText);
    const wasRedirected = new URL(xhr.responseURL).pathname !== new URL(pathInfo.finalRequestPath, location.href).pathname;
    if (xhr.status < 400 && isPage && wasRedirected && !boosted && target !== document.body) {
      event.detail.shouldSwap = false;
      window.location.assign(xhr.responseURL);
    }
    if (xhr.status >= 400 && (isPage || !isHtml)) {
      event.detail.shouldSwap = false;
      if (/"?toast"?/.test(xhr.getResponseHeader("HX-Trigger") || "")) return;
      const key = xhr.status === 403 ? "forbidden" : xhr.status === 429 ? "slow" : xhr.status === 404 ? "gone" : "failed";
      showToast({ message: word(key), level: "error" });
    }
  });
  body.addEventListener("htmx:responseError", () => showToast({ message: word("failed"), level: "error" }));
  // Network down or too slow: nothing is swapped, so what was typed stays in the form.
  body.addEventListener("htmx:sendError", () => showToast({ message: word("offline"), level: "error" }));
  body.addEventListener("htmx:timeout", () => showToast({ message: word("offline"), level: "error" }));

  // After a refusal the first wrong field, or the notice above it, comes into sight and gets the focus.
  body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.xhr?.status >= 400) showRefusal(event.target);
  });
}

// Theme at once, cookie by the server; and the visitor's time zone, which the server uses to show a second time.
const YEAR_SECONDS = 31536000;

function rememberTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.cookie.split("; ").includes(`tz=${encodeURIComponent(zone)}`)) return;
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tz=${encodeURIComponent(zone)}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
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
}

// The search box over every page of the panel: / or Ctrl-K opens it, the arrow keys walk through what it found.
(() => {
  const dialog = document.getElementById("search");
  const opener = document.querySelector('[data-dialog-open="search"]');
  if (!dialog || !opener) return;
  const input = dialog.querySelector("input");

  const isTyping = (element) => element.closest?.("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    const wantsSearch =
      (event.key === "/" && !isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) ||
      (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey);
    if (!wantsSearch || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    opener.click();
  });

  dialog.addEventListener("dialog:open", () => {
    input.select();
    window.htmx.trigger(input, "search:open");
  });

  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [input, ...dialog.querySelectorAll("#search-results a")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length];
    event.preventDefault();
    next.focus();
  });

  // Enter in the field opens the first thing found; without any it leads to the page of the search.
  dialog.querySelector("form").addEventListener("submit", (event) => {
    const first = dialog.querySelector("#search-results a");
    if (!first || !input.value.trim()) return;
    event.preventDefault();
    first.click();
  });
})();

// Paints the previews of the public page with the color that is being chosen. The server corrects the color and says so.
(() => {
  function paint(sample) {
    const { primary, primaryContent, primaryDark, primaryContentDark } = sample.dataset;
    for (const preview of document.querySelectorAll("[data-preview]")) {
      const isDark = preview.dataset.theme === "oficio-dark";
      preview.style.setProperty("--color-primary", isDark ? primaryDark : primary);
      preview.style.setProperty("--color-primary-content", isDark ? primaryContentDark : primaryContent);
    }
  }

  // After a refusal the form keeps a color that is not saved yet: the previews show that one, too.
  const first = document.querySelector("[data-sample]");
  if (first) paint(first);

  document.addEventListener("click", (event) => {
    const swatch = event.target.closest?.("[data-swatch]");
    if (!swatch) return;
    const input = swatch.closest("[data-look]").querySelector('input[type="color"]');
    input.value = swatch.dataset.swatch;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const sample = event.target.querySelector?.("[data-sample]");
    if (sample) paint(sample);
  });
})();

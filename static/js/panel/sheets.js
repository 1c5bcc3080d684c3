// On wide screens a link with data-sheet opens its page as a side sheet over this one, under its own address.
(() => {
  const isWide = window.matchMedia("(min-width: 64rem)");

  function openSheet(url) {
    const back = window.location.href;
    window.htmx.ajax("GET", url, { target: "#sheets", swap: "innerHTML" }).then(() => {
      const dialog = document.querySelector("#sheets dialog");
      if (!dialog) return;
      dialog.dataset.closeUrl = back;
      window.history.pushState({ sheet: true }, "", url);
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-sheet]");
    const wantsNewTab = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!link || wantsNewTab || !isWide.matches || !document.getElementById("sheets")) return;
    event.preventDefault();
    openSheet(link.href);
  });

  // Back closes the sheet; forward to a sheet's address loads its page.
  window.addEventListener("popstate", (event) => {
    const dialog = document.querySelector("#sheets dialog[open]");
    if (dialog) {
      delete dialog.dataset.closeUrl;
      dialog.close();
    } else if (event.state?.sheet) {
      window.location.reload();
    }
  });

  window.OficioSheets = { open: openSheet, isWide };
})();

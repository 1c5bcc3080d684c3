// On wide screens a link with data-sheet opens its page as a side sheet over this one, under its own address.
(() => {
  const isWide = window.matchMedia("(min-width: 64rem)");
  const sheets = document.getElementById("sheets");
  const shown = window.location.pathname;
  let opener = null;

  async function load(url, back) {
    await window.htmx.ajax("GET", url, { target: "#sheets", swap: "innerHTML" });
    const dialog = sheets.querySelector("dialog");
    if (dialog) dialog.dataset.closeUrl = back;
    return dialog;
  }

  async function openSheet(url, from = null) {
    const back = window.location.href;
    opener = from ?? document.activeElement;
    if (await load(url, back)) window.history.pushState({ sheet: true, back }, "", url);
  }

  // The calendar draws its events anew, so what opened the sheet may be gone: then what shows the same appointment.
  function findOpener(dialog) {
    if (opener?.isConnected && opener !== document.body) return opener;
    const address = dialog.querySelector("[data-address]")?.dataset.address;
    const same = address ? document.querySelectorAll(`[data-page="${address}"], a[data-sheet][href="${address}"]`) : [];
    return [...same, ...document.querySelectorAll("a.main-action")].find((element) => element.checkVisibility());
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-sheet]");
    const wantsNewTab = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!link || wantsNewTab || !isWide.matches || !sheets) return;
    event.preventDefault();
    openSheet(link.href, link);
  });

  document.addEventListener("dialog:close", ({ target }) => {
    if (sheets?.contains(target)) findOpener(target)?.focus();
  });

  // Back closes the sheet, forward opens it again. A page that was loaded at a sheet's address has nothing below it.
  window.addEventListener("popstate", (event) => {
    const dialog = sheets?.querySelector("dialog[open]");
    if (event.state?.sheet) {
      load(window.location.href, event.state.back);
    } else if (dialog) {
      delete dialog.dataset.closeUrl;
      dialog.close();
    } else if (window.location.pathname !== shown) {
      window.location.reload();
    }
  });

  window.OficioSheets = { open: openSheet, isWide };
})();

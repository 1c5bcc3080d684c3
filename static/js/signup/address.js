// A suggestion that arrives late must not overwrite the address that somebody has typed meanwhile.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (target?.id !== "address-control") return;
  const asked = new URL(xhr.responseURL).searchParams;
  const typed = document.getElementById("id_slug")?.value ?? "";
  if (asked.get("source") === "business" && typed !== (asked.get("slug") ?? "")) event.detail.shouldSwap = false;
});

// Texts come from the page (templates/components/words.html), so gettext stays the one place of translation.
export function word(name) {
  return document.getElementById("words")?.dataset[name] ?? "";
}

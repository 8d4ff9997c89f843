// Folds Vietnamese for comparing: no marks, đ as d, lower case.
export function fold(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
}

// Words for people come from the page, already in its language: data-text-* of <body>.
export function words(name) {
  return document.body.dataset["text" + name] ?? "";
}

// Says something once to screen readers without moving the focus.
export function announce(text) {
  const region = document.getElementById("m-live");
  if (region) region.textContent = text;
}

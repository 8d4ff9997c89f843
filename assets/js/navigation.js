// Folds the main navigation behind a button on narrow screens. Without script it is just open.
export function navigation() {
  const button = document.querySelector(".govuk-service-navigation__toggle");
  const list = button && document.getElementById(button.getAttribute("aria-controls"));
  if (!list) return;
  const wide = matchMedia("(min-width: 40.0625em)");
  const show = (open) => {
    list.hidden = !open && !wide.matches;
    button.hidden = wide.matches;
    button.setAttribute("aria-expanded", String(open));
  };
  button.removeAttribute("aria-hidden");
  button.addEventListener("click", () => show(list.hidden));
  wide.addEventListener("change", () => show(false));
  show(false);
}

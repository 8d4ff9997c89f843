// Keys on a list of work: j and k move, x ticks (X all), o opens, / searches, ? explains. They work only
// where the page has [data-worklist], never while typing, and can be switched off (WCAG 2.1.4).
const OFF = "motcua.keys.off";

export function worklist() {
  const body = document.querySelector("[data-worklist]");
  const sheet = document.getElementById("m-keys");
  if (!body) return;
  let at = -1;
  const move = (step) => {
    const rows = [...body.children].filter((row) => !row.hidden);
    if (!rows.length) return;
    rows[at]?.classList.remove("m-table__here");
    at = Math.max(0, Math.min(rows.length - 1, at + step));
    rows[at].classList.add("m-table__here");
    rows[at].querySelector("a")?.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const here = () => [...body.children].filter((row) => !row.hidden)[at];
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    x: () => here()?.querySelector("input[type=checkbox]")?.click(),
    X: () => document.querySelector("[data-all]")?.click(),
    o: () => here()?.querySelector("a")?.click(),
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => sheet?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || localStorage.getItem(OFF)) return;
    const box = event.target.matches("input[type=checkbox], input[type=radio]");
    if (!box && event.target.closest("input, select, textarea, dialog")) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const off = document.getElementById("m-keys-off");
  if (!off) return;
  off.checked = Boolean(localStorage.getItem(OFF));
  off.addEventListener("change", () => {
    if (off.checked) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  });
  document.getElementById("m-keys-open")?.removeAttribute("hidden");
  document.getElementById("m-keys-open")?.addEventListener("click", () => sheet.showModal());
}

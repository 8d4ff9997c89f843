// Taking a case in at the counter: keys, counts, the receipt printed at once, and the camera.
// Each is a convenience: the page works without it.
import { announce, fold, words } from "./js/text.js";

const shortcuts = (form) => {
  const press = (act) => form.querySelector(`button[name=act][value=${act}]`)?.click();
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    press(event.shiftKey ? "accept-next" : "accept");
  });
};

// Ctrl+/ goes to the field for the scanner; ? shows the keys where no list of work does.
const keys = () => {
  const sheet = document.getElementById("m-keys");
  const opener = document.getElementById("m-keys-open");
  const list = document.querySelector("[data-worklist]");
  if (!list && sheet && opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => sheet.showModal());
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.ctrlKey) {
      event.preventDefault();
      document.querySelector("#scan, #ma")?.focus();
    } else if (event.key === "?" && !list && !event.target.closest("input, select, textarea, dialog")) {
      sheet?.showModal();
    }
  });
};

// "3 of 5 checked, 1 missing", and one press that ticks what the procedure asks for.
const papers = () => {
  const count = document.getElementById("m-papers-count");
  const all = document.querySelector("[data-papers-all]");
  const list = document.querySelector(".m-papers");
  if (!count || !list) return;
  const show = () => {
    const states = [...list.querySelectorAll("input:checked")].map((i) => i.value);
    const missing = states.filter((s) => s === "missing").length;
    count.textContent = count.dataset.text.replace("%1", states.length - missing)
      .replace("%2", list.children.length).replace("%3", missing);
  };
  list.addEventListener("change", show);
  if (!all) return;
  all.hidden = false;
  all.addEventListener("click", () => {
    for (const group of list.querySelectorAll("[data-expected]"))
      if (!group.querySelector("input:checked"))
        group.querySelector(`input[value=${group.dataset.expected}]`).checked = true;
    show();
    announce(count.textContent);
    document.querySelector(".m-intake__accept")?.focus();
  });
};

// The first field nobody filled in has the focus, unless the page begins at the scanner's.
const firstEmpty = (form) => {
  if (document.querySelector("[autofocus], .govuk-error-summary")) return;
  const fields = form.querySelectorAll(".m-intake__form input[type=text], .m-intake__form input:not([type])");
  [...fields].find((f) => !f.value && !f.readOnly && f.offsetParent)?.focus();
};

// Enter in the search opens the first procedure shown; a scan typed there goes where scans go.
const openFirst = () => {
  const input = document.querySelector("[data-open-first]");
  const scanner = document.querySelector("form[data-scan]");
  input?.form.addEventListener("submit", (event) => {
    const text = input.value.trim();
    const list = document.getElementById(input.dataset.openFirst);
    if (/[|/=]|^\d{9}(\d{3})?$|-\d{6}-\d+$/.test(text) && scanner) {
      event.preventDefault();
      scanner.elements.ma.value = text;
      scanner.requestSubmit();
      return;
    }
    const wanted = fold(text).split(/\s+/).filter(Boolean);
    const first = [...list.children].find((item) =>
      !item.hidden && wanted.every((word) => fold(item.textContent).includes(word)));
    if (!text || !first) return;
    event.preventDefault();
    first.querySelector("a").click();
  });
};

// The script that reads codes is large: it is fetched when the button is pressed.
const cameras = () => {
  if (!navigator.mediaDevices?.getUserMedia) return;
  for (const button of document.querySelectorAll("[data-camera]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const input = document.getElementById(button.dataset.camera);
      button.disabled = true;
      try {
        const { readCode } = await import(document.getElementById("m-intake-script").dataset.scanner);
        const text = await readCode(button);
        if (text) {
          input.value = text;
          const fill = input.form.querySelector("button[name=act][value=scan]");
          if (fill) fill.click();
          else input.form.requestSubmit();
        }
      } catch (error) {
        announce(words("NoCamera") || String(error.name));
        button.hidden = true;
        input.focus();
      }
      button.disabled = false;
    });
  }
};

const form = document.querySelector("form[data-intake]");
if (form) {
  shortcuts(form);
  firstEmpty(form);
}
keys();
papers();
openFirst();
cameras();
if (document.body.hasAttribute("data-print-now") && document.querySelector(".m-sheet"))
  addEventListener("load", () => print());

import { announce, fold, words } from "./text.js";

// <input data-filter="id">: hides the items of list or table body #id that do not hold the words.
export function liveFilters() {
  for (const input of document.querySelectorAll("[data-filter]")) {
    const list = document.getElementById(input.dataset.filter);
    if (!list) continue;
    const items = [...list.children].map((item) => [item, fold(item.textContent)]);
    const apply = () => {
      const wanted = fold(input.value).split(/\s+/).filter(Boolean);
      let left = 0;
      for (const [item, text] of items) {
        item.hidden = !wanted.every((word) => text.includes(word));
        left += !item.hidden;
      }
      announce(words("Left").replace("%d", left));
    };
    input.closest("[hidden]")?.removeAttribute("hidden");
    input.addEventListener("input", apply);
    if (input.value) apply();
  }
}

// <select data-autosubmit>: sends its form on change; the form keeps its button for the rest.
export function autosubmit() {
  for (const field of document.querySelectorAll("[data-autosubmit]"))
    field.addEventListener("change", () => field.form.requestSubmit());
}

// <form data-once>: a second press while the first is under way does nothing.
export function once() {
  for (const form of document.querySelectorAll("form[data-once]")) {
    let sent = 0;
    form.addEventListener("submit", (event) => {
      if (Date.now() - sent < 3000) event.preventDefault();
      else sent = Date.now();
    });
  }
}

// <input type="checkbox" data-all="name">: ticks every box of that name in the same form.
export function tickAll() {
  for (const box of document.querySelectorAll("[data-all]")) {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("change", () => {
      for (const other of document.getElementsByName(box.dataset.all)) other.checked = box.checked;
    });
  }
}

// <form data-upload>: sends by XMLHttpRequest to show how far it is; the answer replaces the page.
export function uploads() {
  for (const form of document.querySelectorAll("form[data-upload]"))
    form.addEventListener("submit", (event) => {
      const picked = [...form.querySelectorAll("input[type=file]")].some((i) => i.files.length);
      if (!picked) return;
      event.preventDefault();
      send(form, event.submitter);
    });
}

function send(form, submitter) {
  const request = new XMLHttpRequest();
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", words("Sending"));
  form.append(bar);
  announce(words("Sending"));
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  };
  request.onload = () => {
    const to = request.responseURL;
    if (request.status < 400 && to) location.assign(to);
    else failed(form, bar, submitter);
  };
  request.onerror = () => failed(form, bar, submitter);
  request.open("POST", form.action);
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  request.send(data);
}

// The server explains a refusal on its own page, so let the browser ask again the plain way.
function failed(form, bar, submitter) {
  bar.remove();
  if (submitter?.name) {
    const kept = document.createElement("input");
    Object.assign(kept, { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(kept);
  }
  HTMLFormElement.prototype.submit.call(form);
}

import { announce, words } from "./text.js";

// <button data-copy="text" hidden>: appears, and copies.
export function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      announce(words("Copied"));
      const old = button.textContent;
      button.textContent = words("Copied");
      setTimeout(() => (button.textContent = old), 2000);
    });
  }
}

// <button data-print hidden>
export function printButtons() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}

// <body data-idle="seconds">: two minutes before the session ends asks whether to go on.
export function idleWarning() {
  const seconds = Number(document.body.dataset.idle);
  const dialog = document.getElementById("m-idle");
  if (!seconds || !dialog) return;
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dialog.showModal(), Math.max(30, seconds - 120) * 1000);
  };
  dialog.addEventListener("close", async () => {
    await fetch(location.href, { method: "HEAD", credentials: "same-origin" });
    start();
  });
  start();
}

// <section data-live="url" data-every="seconds" id="…">: fetches the page again and swaps in the
// element of the same id, only while the tab is seen and nobody is typing inside.
export function liveRegions() {
  for (const region of document.querySelectorAll("[data-live]")) {
    const every = Number(region.dataset.every || 15) * 1000;
    setInterval(() => refresh(region.id, region.dataset.live), every);
  }
}

async function refresh(id, url) {
  const old = document.getElementById(id);
  if (document.hidden || !old || old.contains(document.activeElement)) return;
  try {
    const answer = await fetch(url, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(id);
    if (answer.ok && fresh && fresh.innerHTML !== old.innerHTML) {
      old.replaceChildren(...fresh.childNodes);
      announce(words("Updated"));
    }
  } catch {
    // Offline for a moment: the next round tries again.
  }
}

// An error summary takes the focus, so that it is read first.
export function errorSummary() {
  document.querySelector(".govuk-error-summary")?.focus();
}

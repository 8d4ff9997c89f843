import { voice } from "./voice.js";

// <div data-board="events" data-page="url" data-voice="folder">: the wall board. An event brings the
// page up to date; a call is spoken too, once the button was pressed (browsers want that).
export function board() {
  const root = document.querySelector("[data-board]");
  if (!root || !window.EventSource) return;
  const speak = voice(root.dataset.voice);
  soundButton(speak);
  const source = new EventSource(root.dataset.board);
  source.addEventListener("call", (event) => {
    const { label, counter } = JSON.parse(event.data);
    update(root.dataset.page);
    speak.call(label, counter);
  });
  source.addEventListener("change", () => update(root.dataset.page));
  // After a break in the network, and past midnight.
  source.addEventListener("open", () => update(root.dataset.page));
  setInterval(() => update(root.dataset.page), 30000);
}

function soundButton(speak) {
  const button = document.getElementById("board-sound");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    speak.turn(on);
  });
}

async function update(url) {
  try {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["board", "board-next"]) {
      const old = document.getElementById(id);
      const fresh = page.getElementById(id);
      if (fresh && fresh.innerHTML !== old.innerHTML) old.replaceChildren(...fresh.childNodes);
    }
  } catch {
    // The next event or the next half minute tries again.
  }
}

// <a data-return="seconds">: the kiosk goes back to its first page by itself for the next visitor.
export function kioskReturn() {
  const link = document.querySelector("[data-return]");
  if (link) setTimeout(() => link.click(), Number(link.dataset.return) * 1000);
}

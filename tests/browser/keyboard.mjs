// By keyboard only, over any page as it stands: Tab reaches every control that is shown, in the order of
// the page, past the skip link first; each shows the focus, none is hidden behind something, none keeps it.

const sessions = new WeakMap();
const TAB = { key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 };
const INNER = 40; // stops inside one control, as the parts of a date: so many presses more are no trap

// Remembers what listens for a click. For context.addInitScript().
export function rememberClicks() {
  const listen = EventTarget.prototype.addEventListener;
  window.clickable = new Set();
  EventTarget.prototype.addEventListener = function (kind, ...rest) {
    if (/^(click|mousedown|pointerdown)$/.test(kind) && this instanceof Element) window.clickable.add(this);
    return listen.call(this, kind, ...rest);
  };
}

export async function judgeKeyboard(page) {
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page));
  const session = sessions.get(page);
  // What a change of the window's width still has to change comes before the next picture.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const size = await page.evaluate(prepare);
  const press = async (n) => {
    const sent = [];
    for (let i = 0; i < n; i++)
      for (const type of ["rawKeyDown", "keyUp"]) sent.push(session.send("Input.dispatchKeyEvent", { type, ...TAB }));
    await Promise.all(sent);
  };
  await press(size + 1);
  if (size && (await page.evaluate(() => window.keyboardWalk.left()))) await press(INNER);
  return page.evaluate(() => window.keyboardWalk.end());
}

// In the page: begins the walk, says how many presses it needs.
function prepare() {
  const CONTROLS = "a[href], area[href], button, input, select, textarea, summary, audio[controls], video[controls], " +
    "[tabindex], [contenteditable]";
  const NATIVE = "a[href], button, input, select, textarea, summary, label, option, audio, video";
  const before = document.activeElement, scrolled = [scrollX, scrollY];
  const opened = [...document.querySelectorAll("details:not([open])")];
  for (const one of opened) one.open = true;
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest("[inert]");
  const named = (e) => `${e.outerHTML.replace(/\s+/g, " ").slice(0, 110)}${e.textContent.trim() ? ` “${e.textContent.trim().slice(0, 30)}”` : ""}`;
  // Of a group of radio buttons one is reached by Tab, the others by arrows.
  const group = (e) => e.type === "radio" && e.name ? `${e.name} ${e.form ? [...document.forms].indexOf(e.form) : ""}` : e;
  const controls = [...document.querySelectorAll(CONTROLS)].filter((e) => e.tabIndex >= 0 && !e.matches(":disabled") && shown(e));
  const wanted = [...new Set(controls.map(group))];
  const order = [], faults = new Set();

  const style = (e, part) => {
    const s = getComputedStyle(e, part);
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.backgroundColor, s.borderColor, s.borderWidth,
      s.textDecorationLine, s.textDecorationThickness, s.content].join();
  };
  const unseen = (e) => getComputedStyle(e).opacity === "0" || e.offsetWidth < 2 || e.offsetHeight < 2;
  const look = (e) => [unseen(e) ? null : e, e.nextElementSibling, e.parentElement].filter(Boolean)
    .map((n) => style(n) + style(n, "::before") + style(n, "::after")).join("|");
  document.activeElement?.blur();
  const plain = new Map(controls.map((e) => [e, look(e)]));

  const arrived = (event) => {
    const e = event.target;
    order.push(e);
    if (plain.has(e) && look(e) === plain.get(e)) faults.add(`the focus is not seen on ${named(e)}`);
  };
  // The browser scrolls after the event, so where the focus stands is looked at when it leaves.
  const leaving = (event) => {
    const e = document.activeElement;
    if (event.key !== "Tab" || !plain.has(e) || unseen(e)) return;
    const spots = [...e.getClientRects()].flatMap((r) => [[r.x + r.width / 2, r.y + r.height / 2], [r.x + 3, r.y + 3],
      [r.right - 3, r.bottom - 3]]);
    const seen = spots.some(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return top && (e.contains(top) || top.contains(e) || top.closest("label")?.control === e);
    });
    if (!seen) faults.add(`hidden while it has the focus: ${named(e)}`);
  };
  document.addEventListener("focusin", arrived);
  document.addEventListener("keydown", leaving, true);
  const start = document.createElement("span");
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
  order.length = 0;

  const missing = () => {
    const reached = new Set(order.map(group));
    return wanted.filter((one) => !reached.has(one) && (typeof one === "string" || one.isConnected));
  };
  const judgeOrder = () => {
    const first = [...new Set(order)].filter((e) => plain.has(e));
    const main = document.querySelector("main");
    const skip = first[0]?.matches("a.govuk-skip-link") && document.querySelector(first[0].getAttribute("href"));
    const ahead = first.findIndex((e) => main?.contains(e));
    if (ahead > 2 && !skip) faults.add(`the first stop is no skip link: ${named(first[0])}`);
    first.reduce((a, b) => {
      if (b.compareDocumentPosition(a) & Node.DOCUMENT_POSITION_FOLLOWING) faults.add(`out of order: ${named(b)} after ${named(a)}`);
      return b;
    }, first[0]);
  };
  const judgeStyles = () => {
    for (const e of document.body.querySelectorAll("*")) {
      if (!shown(e)) continue;
      const s = getComputedStyle(e);
      if ((s.order !== "0" || /reverse/.test(s.flexDirection)) && (e.matches(CONTROLS) || e.querySelector(CONTROLS)))
        faults.add(`shown in another order than read: ${named(e)}`);
      const acts = s.cursor === "pointer" && getComputedStyle(e.parentElement).cursor !== "pointer";
      if ((acts || window.clickable?.has(e)) && !e.closest(NATIVE) && !e.matches("dialog"))
        faults.add(`can be pressed, but not by keys: ${named(e)}`);
    }
  };
  window.keyboardWalk = {
    left: () => missing().length,
    end: () => {
      document.removeEventListener("focusin", arrived);
      document.removeEventListener("keydown", leaving, true);
      for (const one of missing()) faults.add(`not reached by Tab: ${typeof one === "string" ? `radio ${one}` : named(one)}`);
      judgeOrder();
      judgeStyles();
      start.remove();
      for (const one of opened) one.open = false;
      document.activeElement?.blur();
      if (before?.isConnected) before.focus({ preventScroll: true });
      scrollTo(...scrolled);
      return [...faults].slice(0, 12).map((fault) => `keyboard: ${fault}`);
    },
  };
  return wanted.length;
}

// What every browser test stands on: a Chromium of its own, and judge(), which holds a page to
// everything a page here must be. See README.md.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after } from "node:test";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";
import { judgeKeyboard, rememberClicks } from "./keyboard.mjs";
import { judgeControls, withoutScript } from "./noscript.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = JSON.parse(readFileSync(join(here, "html-validate.json"), "utf8"));
const validator = new HtmlValidate(rules);

export const EXECUTABLE = process.env.MOTCUA_CHROMIUM ?? "/usr/bin/chromium";
export const SHOTS = process.env.MOTCUA_SHOTS ?? "";
// MOTCUA_JUDGE=brief: of pages that another run shows, on another engine, only what was sent is judged.
const BRIEF = process.env.MOTCUA_JUDGE === "brief";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-dev-shm-usage",
];

const launched = [];
export async function launch() {
  launched.push(await chromium.launch({ executablePath: EXECUTABLE, headless: true, args: FLAGS }));
  return launched.at(-1);
}
// A test that failed before its close() would keep the run from ending.
if (process.env.NODE_TEST_CONTEXT) after(() => Promise.all(launched.map((browser) => browser.close())));

// Opens a browser on the program at `base`, or a window of `shared`, a browser that was launched. js:
// false is a browser without script. Each call has a profile of its own, so nobody is signed in.
// Returns { page, visit(path), close() }.
export async function openApp({ base, js = true, width = 1280, height = 900, contrast, shared } = {}) {
  const browser = shared ?? await launch();
  const context = await browser.newContext({
    baseURL: base, javaScriptEnabled: js, locale: "vi-VN", timezoneId: "Asia/Ho_Chi_Minh",
    viewport: { width, height }, contrast, reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15000);
  if (js) await context.addInitScript(rememberClicks);
  const page = await context.newPage();
  watch(page, js);
  return {
    browser, context, page,
    visit: (path) => page.goto(path, { waitUntil: "load" }),
    close: () => (shared ? context : browser).close(),
  };
}

const watched = new WeakMap();

// Remembers what the browser complained about and the page as the server sent it.
function watch(page, js) {
  const seen = { js, faults: [], source: "", status: 0, type: "" };
  watched.set(page, seen);
  page.on("console", (message) => {
    const text = message.text();
    // The status of the page itself is its test's to judge.
    const own = /Failed to load resource/.test(text) && message.location().url.split("#")[0] === page.url().split("#")[0];
    if (message.type() === "error" && !own && !/Failed to load resource.*4[0-9][0-9]/.test(text))
      seen.faults.push(`console: ${text}`);
    else if (/Content Security Policy/.test(text)) seen.faults.push(`CSP: ${text}`);
  });
  page.on("pageerror", (error) => seen.faults.push(`script: ${error.message}`));
  page.on("response", async (response) => {
    const request = response.request();
    if (request.resourceType() !== "document") {
      if (response.status() >= 400)
        seen.faults.push(`${response.status()} for ${response.url()}`);
      return;
    }
    if (request.frame() !== page.mainFrame() || response.status() === 303) return;
    seen.status = response.status();
    seen.type = response.headers()["content-type"] ?? "";
    seen.policy = response.headers()["content-security-policy"] ?? "";
    seen.pending = response.text().then((text) => (seen.source = text), () => (seen.source = ""));
  });
}

// Holds the page as it stands now to all of it and throws one error that lists every fault.
// name: for the message and the screenshots. Options: policy: false where the page did not come
// from the program (style guide files); skip: axe rules left out, with a reason at the call.
export async function judge(page, name, { policy = true, skip = [] } = {}) {
  const seen = watched.get(page);
  await seen.pending;
  const faults = seen.faults.splice(0);
  if (policy) faults.push(...judgePolicy(seen));
  faults.push(...(await judgeMarkup(seen)));
  faults.push(...(await judgeLanguage(page)));
  if (!BRIEF) faults.push(...(await judgeShown(page, seen, policy, skip)));
  if (SHOTS) await shoot(page, name);
  judged.push({ name, url: page.url(), faults: faults.length });
  if (faults.length) throw new Error(`${name} (${page.url()}):\n  ${faults.join("\n  ")}`);
}

// What is seen of a page, heard, pressed and shown without script.
async function judgeShown(page, seen, policy, skip) {
  const faults = seen.js ? await judgeAccess(page, skip) : [];
  faults.push(...(await judgeReflow(page)));
  if (seen.js) faults.push(...(await judgeKeyboard(page)));
  return [...faults, ...(await judgeNoScript(page, seen, policy))];
}

// Every page judged so far: { name, url, faults }.
export const judged = [];

// A browser without script is judged as it stands; else what was sent is shown in one.
async function judgeNoScript(page, seen, sent) {
  if (!seen.js) return judgeControls(page);
  if (!sent || !seen.source || !seen.type.includes("html")) return [];
  const plain = await withoutScript(page, seen.source);
  const faults = [...(await judgeControls(plain)), ...(await judgeReflow(plain)).map((fault) => `without script: ${fault}`)];
  await plain.goto("about:blank");
  return faults;
}

function judgePolicy(seen) {
  const policy = seen.policy ?? "";
  if (!policy) return ["no content security policy"];
  const bad = /unsafe-inline|unsafe-eval|\*/.exec(policy);
  return bad ? [`content security policy allows ${bad[0]}`] : [];
}

async function judgeMarkup(seen) {
  if (!seen.source || !seen.type.includes("html")) return [];
  const report = await validator.validateString(seen.source);
  const lines = seen.source.split("\n");
  return report.results.flatMap((result) => result.messages.map((m) =>
    `markup ${m.ruleId}: ${m.message} (line ${m.line}: ${(lines[m.line - 1] ?? "").trim().slice(0, 160)})`));
}

async function judgeLanguage(page) {
  const lang = await page.locator("html").getAttribute("lang");
  const path = new URL(page.url()).pathname;
  if (!path.startsWith("/")) return [];
  const expected = /^\/en(\/|$)/.test(path) ? "en" : "vi";
  return lang === expected || page.url().startsWith("file:") ? [] : [`lang is ${lang}, not ${expected}`];
}

async function judgeAccess(page, skip) {
  await page.evaluate(axe);
  const result = await page.evaluate((rulesOff) => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: Object.fromEntries(rulesOff.map((rule) => [rule, { enabled: false }])),
  }), skip);
  return result.violations.flatMap((v) => v.nodes.map((node) =>
    `axe ${v.id}: ${v.help} at ${node.target.join(" ")} – ${(node.failureSummary ?? "").split("\n")[1]?.trim() ?? ""}`));
}

// WCAG 1.4.10: at 320 px nothing may need sideways scrolling, except inside its own box.
export async function judgeReflow(page) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 720 });
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    const scrolls = (e) => e && (/(auto|scroll)/.test(getComputedStyle(e).overflowX) ||
      scrolls(e.parentElement));
    const holds = (e) => /^(A|BUTTON|INPUT|SELECT|TEXTAREA|IMG)$/.test(e.tagName) ||
      [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    const wide = [...document.body.querySelectorAll("*")]
      .filter((e) => holds(e) && e.getBoundingClientRect().right > limit + 1 && !scrolls(e.parentElement))
      .slice(0, 3)
      .map((e) => `${e.tagName.toLowerCase()}.${String(e.className).slice(0, 60)} "${(e.textContent ?? "").trim().slice(0, 40)}"`);
    if (document.documentElement.scrollWidth > limit)
      wide.push(`page is ${document.documentElement.scrollWidth} px wide`);
    return wide;
  });
  await page.setViewportSize(size);
  return wide.length ? [`wider than 320 px: ${wide.join("; ")}`] : [];
}

// Three pictures: desktop, telephone, paper. Only with MOTCUA_SHOTS=FOLDER.
export async function shoot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  const file = (kind) => join(SHOTS, `${name.replace(/[^\p{L}\p{N}]+/gu, "-")}.${kind}.png`);
  const size = page.viewportSize();
  await page.screenshot({ path: file("wide"), fullPage: true });
  await page.setViewportSize({ width: 320, height: 720 });
  await page.screenshot({ path: file("phone"), fullPage: true });
  await page.setViewportSize({ width: 800, height: 1100 });
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: file("paper"), fullPage: true });
  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize(size);
}

// ---- by keyboard only ----

// Presses Tab until the element (a locator) has the focus; throws when it cannot be reached.
export async function tabTo(page, locator, most = 200) {
  for (let i = 0; i < most; i++) {
    if (await locator.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`not reached by ${most} presses of Tab: ${locator}`);
}

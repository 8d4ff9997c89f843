// The judge itself: a page with one fault of each kind is found guilty of it, a sound page of none.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judgeKeyboard } from "./keyboard.mjs";
import { openApp } from "./lib.mjs";
import { judgeControls, withoutScript } from "./noscript.mjs";

const SOUND = `<a class="govuk-skip-link" href="#m">Skip</a><nav><a href="/1">1</a> <a href="/2">2</a> <a href="/3">3</a></nav>
<main id="m" tabindex="-1"><form action="/x" method="post"><label>A <input name="a"></label>
<label><input type="radio" name="r" value="1">1</label><label><input type="radio" name="r" value="2">2</label>
<input type="date" name="d"><details><summary>More</summary><button name="b">B</button></details>
<button disabled>Not now</button><button>Send</button></form></main>`;

let app;
before(async () => {
  app = await openApp({ base: "http://judge.test" });
});
after(() => app.close());

async function keyboard(body) {
  await app.context.route("**/*", (route) => route.fulfill({ contentType: "text/html", body: `<!DOCTYPE html><body>${body}` }));
  await app.visit("/");
  return (await judgeKeyboard(app.page)).join("\n");
}

async function noScript(body) {
  await app.visit("/");
  return (await judgeControls(await withoutScript(app.page, `<!DOCTYPE html><body>${body}`))).join("\n");
}

test("a sound page has no fault by keyboard and leaves no trace of the walk", async () => {
  assert.equal(await keyboard(SOUND), "");
  assert.equal(await app.page.locator("details[open], body > span").count(), 0);
});

for (const [fault, body] of [
  [/focus is not seen on <button/, SOUND + "<button style='outline:none'>Hidden focus</button>"],
  [/not reached by Tab: <a href="\/last"/, `${SOUND}<button onkeydown="if(event.key==='Tab')event.preventDefault()">T</button><a href="/last">L</a>`],
  [/out of order/, SOUND.replace('<input name="a">', '<input name="a" tabindex="3">')],
  [/first stop is no skip link/, SOUND.replace(/<a class.*?<\/a>/, "")],
  [/pressed, but not by keys: <div/, SOUND + "<div id=d>Press</div><script>d.addEventListener('click',()=>0)</script>"],
  [/pressed, but not by keys: <span/, SOUND + "<span style='cursor:pointer'>Press</span>"],
  [/another order than read/, SOUND.replace("<nav>", "<nav style='display:flex;flex-direction:row-reverse'>")],
  [/hidden while it has the focus: <a href="\/2"/, SOUND.replace("<nav>", "<nav><b style='position:absolute;inset:0;z-index:9;background:#fff'></b>")],
])
  test(`by keyboard: ${fault.source}`, async () => assert.match(await keyboard(body), fault));

test("a sound page has no fault without script", async () => assert.equal(await noScript(SOUND), ""));

for (const [fault, body] of [
  [/does nothing: <button type="button"/, "<form action='/x'><button type='button'>P</button><button>S</button></form>"],
  [/belongs to no form: <select/, "<select><option>1</select>"],
  [/no button to send it/, "<form action='/x'><input name='a'></form>"],
  [/leads nowhere/, "<a href='#'>x</a>"],
  [/leads to nothing on the page/, "<a href='#gone'>x</a>"],
  [/needs script: <canvas/, "<canvas width=9 height=9></canvas>"],
  [/belongs to no form: <button/, "<noscript><button>Only here</button></noscript>"],
])
  test(`without script: ${fault.source}`, async () => assert.match(await noScript(body), fault));

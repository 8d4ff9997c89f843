// The hall of a ward in a real browser: a visitor takes a number at the kiosk, an officer calls it,
// the wall board shows and speaks it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, judged, openApp, tabTo, unseenFocus } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo";
let town;
const kiosk = {};
before(async () => {
  town = await startTown({ clock: "2015-01-26T09:00:00+07:00" });
  const { page, close } = await openApp({ base: town.base, js: false });
  for (const ward of ["hoaphat", "hoaxuan", "hoaan"]) {
    await page.context().clearCookies();
    await signIn(page, `tiepnhan.${ward}`);
    const url = await page.locator("a[href*='khoa=']").getAttribute("href");
    kiosk[url.match(/quay\/([a-z-]+)/)[1]] = url;
  }
  await close();
});
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

async function signIn(page, login, next = "/ban/quay") {
  await page.goto(`/dang-nhap?next=${next}`);
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main button[type=submit]").click();
  await page.waitForURL((url) => url.pathname.startsWith("/ban"));
}

async function takeNumber(page, ward, service) {
  await page.goto(kiosk[ward]);
  await page.locator(`button[value=${service}]`).click();
  await page.waitForURL(/phieu/);
  return (await page.locator(".m-slip__number").textContent()).trim();
}

async function sitDown(page, counter) {
  await page.goto("/ban/quay");
  await page.getByRole("button", { name: new RegExp(`: Quầy ${counter}$`) }).click();
  await page.waitForURL(new RegExp(`/${counter}$`));
}

const act = (page, name) => page.locator(`button[name=act][value=${name}]`).first().click();
const shown = (page, selector) => page.locator(selector).first().textContent().then((t) => t.trim());

for (const js of [true, false])
  test(`kiosk, slip, counter and board: one visit, script ${js ? "on" : "off"}`, async () => {
    const ward = js ? "hoa-phat" : "hoa-xuan";
    const login = js ? "tiepnhan.hoaphat" : "tiepnhan.hoaxuan";
    const name = (what) => `hall ${what}${js ? "" : " no script"}`;
    const visitor = await openApp({ base: town.base, js, width: 1080, height: 1920 });
    const wall = await openApp({ base: town.base, js, width: 1920, height: 1080 });
    const officer = await openApp({ base: town.base, js });
    await wall.visit(`/bang/${ward}`);
    await judge(wall.page, name("board empty"), { skip: [] });
    await visitor.visit(`/quay/${ward}`);
    await judge(visitor.page, name("kiosk"));
    const label = await takeNumber(visitor.page, ward, "ho-tich");
    assert.equal(label, "A001");
    await judge(visitor.page, name("slip"));
    assert.equal(await takeNumber(visitor.page, ward, "ho-tich"), "A002");
    assert.equal(await takeNumber(visitor.page, ward, "chung-thuc"), "B001");
    await signIn(officer.page, login);
    await judge(officer.page, name("counters"));
    await sitDown(officer.page, 1);
    await judge(officer.page, name("counter free"));
    await act(officer.page, "goi");
    assert.match(await shown(officer.page, ".m-counter__label strong"), /A001/);
    await judge(officer.page, name("counter called"));
    if (!js) await wall.visit(`/bang/${ward}`);
    await wall.page.getByRole("row", { name: /A001\s*1/ }).waitFor({ timeout: 5000 });
    await judge(wall.page, name("board"));
    await act(officer.page, "bat-dau");
    await judge(officer.page, name("counter serving"));
    await act(officer.page, "xong-goi");
    assert.match(await shown(officer.page, ".m-counter__label strong"), /A002/);
    await act(officer.page, "bo-qua");
    assert.match(await shown(officer.page, "#queue"), /Đã gọi nhưng vắng|A002/);
    for (const app of [visitor, wall, officer]) await app.close();
  });

test("every target of the kiosk can be hit by a thumb: 60 px at least", async () => {
  const { page, visit, close } = await openApp({ base: town.base, width: 1080, height: 1920 });
  await visit("/quay/hoa-phat");
  for (const target of await page.locator("main button, main label, header a").all()) {
    const box = await target.boundingBox();
    assert.ok(box.height >= 60, `${await target.textContent()}: ${box.height} px`);
  }
  await close();
});

test("the board speaks a call, offline from its own recordings", async () => {
  const visitor = await openApp({ base: town.base });
  const wall = await openApp({ base: town.base, width: 1920, height: 1080 });
  const officer = await openApp({ base: town.base });
  const label = await takeNumber(visitor.page, "hoa-an", "ho-tich");
  await wall.visit("/bang/hoa-an");
  await wall.page.evaluate(() => {
    const start = AudioBufferSourceNode.prototype.start;
    window.played = [];
    AudioBufferSourceNode.prototype.start = function (at) {
      window.played.push({ at, seconds: this.buffer.duration, loud: Math.max(...this.buffer.getChannelData(0)),
        state: this.context.state });
      start.call(this, at);
    };
  });
  await wall.page.locator("#board-sound").click();
  await signIn(officer.page, "tiepnhan.hoaan").catch(() => {});
  await sitDown(officer.page, 2);
  await act(officer.page, "goi");
  await wall.page.waitForFunction(() => document.documentElement.dataset.spoken);
  assert.equal(await wall.page.evaluate(() => document.documentElement.dataset.spoken),
    `moi-so ${label.toLowerCase().split("").join(" ")} den-quay-so 2`);
  const played = await wall.page.evaluate(() => window.played);
  assert.equal(played.length, 7);
  for (const [i, clip] of played.entries()) {
    assert.ok(clip.seconds > 0.15 && clip.loud > 0.05, `clip ${i}: ${JSON.stringify(clip)}`);
    assert.equal(clip.state, "running");
    if (i) assert.ok(clip.at >= played[i - 1].at + played[i - 1].seconds - 0.001);
  }
  for (const app of [visitor, wall, officer]) await app.close();
});

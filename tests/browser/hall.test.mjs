// The hall of a ward in a real browser: a visitor takes a number at the kiosk, an officer calls it,
// the wall board shows and speaks it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, judged, openApp, tabTo } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo";
let town;
const kiosk = {};
before(async () => {
  town = await startTown({
    clock: "2015-01-26T09:00:00+07:00", since: "2014-12-01T08:00:00+07:00",
    prepare: (run) => run("simulate", "--cases", "40", "--seed", "7",
      "--procedure", "lien-thong-khai-sinh", "--from", "2014-12-10T08:00:00+07:00",
      "--to", "2015-01-23T17:00:00+07:00", "--clock", "2015-01-26T07:00:00+07:00"),
  });
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

// With and without a key beside their words, buttons and links: one top, one height.
async function inOneLine(page) {
  const boxes = await page.locator(".m-counter .govuk-button-group > .govuk-button")
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map((box) => `${box.top} ${box.height}`));
  assert.ok(boxes.length > 2);
  assert.deepEqual([...new Set(boxes)], [boxes[0]]);
}

async function sitDown(page, counter) {
  await page.goto("/ban/quay?tat-ca=1");
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
    assert.match(await shown(wall.page, ".m-board__next"), /Không có ai đang chờ\./);
    assert.doesNotMatch(await shown(wall.page, ".m-board__next"), /người đang chờ/);
    await visitor.visit(`/quay/${ward}`);
    await judge(visitor.page, name("kiosk"));
    const label = await takeNumber(visitor.page, ward, "ho-tich");
    assert.equal(label, "A001");
    await judge(visitor.page, name("slip"));
    assert.equal(await takeNumber(visitor.page, ward, "ho-tich"), "A002");
    assert.equal(await takeNumber(visitor.page, ward, "chung-thuc"), "B001");
    await signIn(officer.page, login);
    await judge(officer.page, name("counters"));
    assert.ok((await officer.page.title()).startsWith(await shown(officer.page, "h1")));
    await sitDown(officer.page, 1);
    await judge(officer.page, name("counter free"));
    await act(officer.page, "goi");
    assert.match(await shown(officer.page, ".m-counter__label strong"), /A001/);
    await judge(officer.page, name("counter called"));
    await inOneLine(officer.page);
    if (!js) await wall.visit(`/bang/${ward}`);
    await wall.page.getByRole("row", { name: /A001\s*1/ }).waitFor({ timeout: 5000 });
    await judge(wall.page, name("board"));
    await act(officer.page, "bat-dau");
    await judge(officer.page, name("counter serving"));
    await inOneLine(officer.page);
    await act(officer.page, "xong-goi");
    assert.match(await shown(officer.page, ".m-counter__label strong"), /A002/);
    await act(officer.page, "bo-qua");
    assert.match(await shown(officer.page, "#queue"), /Đã gọi nhưng vắng|A002/);
    for (const app of [visitor, wall, officer]) await app.close();
  });

test("a commune's centre: every counter for cases takes every number for a case", async () => {
  const commune = await startTown({ clock: "2026-11-23T09:00:00+07:00", pack: "packs/commune-2026", database: "" });
  try {
    const officer = await openApp({ base: commune.base });
    const visitor = await openApp({ base: commune.base, width: 390, height: 844 });
    const wall = await openApp({ base: commune.base, width: 1920, height: 1080 });
    await signIn(officer.page, "tiepnhan.camle");
    kiosk["cam-le"] = await officer.page.locator("a[href*='khoa=']").getAttribute("href");
    for (const service of ["kinh-te", "chung-thuc"]) await takeNumber(visitor.page, "cam-le", service);
    await visitor.visit("/quay/cam-le");
    await judge(visitor.page, "hall commune kiosk");
    await sitDown(officer.page, 2);
    for (const label of ["D001", "B001"]) {
      await act(officer.page, "goi");
      assert.equal(await shown(officer.page, ".m-counter__label strong"), label);
      await wall.visit("/bang/cam-le");
      await wall.page.getByRole("row", { name: new RegExp(`${label}\\s*2`) }).waitFor({ timeout: 5000 });
      await act(officer.page, "bat-dau");
      if (label === "D001") await act(officer.page, "xong");
    }
    await judge(wall.page, "hall commune board", { skip: [] });
    for (const app of [officer, visitor, wall]) await app.close();
  } finally {
    await commune.stop();
  }
});

test("every target of the kiosk can be hit by a thumb: 60 px at least", async () => {
  const { page, visit, close } = await openApp({ base: town.base, width: 1080, height: 1920 });
  await visit("/quay/hoa-phat");
  for (const target of await page.locator("main button, main label, main input[type=text], header a").all()) {
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

test("a number is called and served by keyboard alone", async () => {
  const { page, close } = await openApp({ base: town.base });
  await takeNumber(page, "hoa-xuan", "ho-tich");
  await signIn(page, "tuphap.hoaxuan");
  await sitDown(page, 2);
  for (const [button, shows] of [["goi", "bat-dau"], ["bat-dau", "xong"], ["xong", "goi"]]) {
    await tabTo(page, page.locator(`button[value=${button}]`));
    await page.keyboard.press("Enter");
    await page.locator(`button[value=${shows}]`).waitFor();
  }
  await close();
});

test("a slot booked online gives a number that comes first, and is on the desk's list", async () => {
  const { page, visit, close } = await openApp({ base: town.base, js: false });
  await visit("/danh-gia");
  assert.match(page.url(), /\/tra-cuu$/);
  await visit("/dat-lich");
  await judge(page, "hall booking procedure");
  assert.equal(await page.locator("main a[href*='/dat-lich/khai-sinh']").count(), 1);
  await visit("/thu-tuc/khai-sinh");
  await page.locator("a[href*='/dat-lich/']").click();
  await judge(page, "hall booking office");
  await page.locator("a[href*='co-quan=khue-trung']").click();
  await judge(page, "hall booking day");
  await page.locator("a[href*='ngay=2015-01-26']").click();
  await page.locator("main form button").click();
  assert.equal(await page.locator(".govuk-error-message").count(), 3);
  await judge(page, "hall booking mistakes");
  await page.locator("input[name=gio]").first().check();
  await page.locator("#ten").fill("Nguyễn Thị Bé");
  await page.locator("#dien-thoai").fill("0905 111 222");
  await page.locator("main form button").click();
  await page.waitForURL(/dat-lich\/ma/);
  const code = (await page.locator("#code").textContent()).trim();
  await judge(page, "hall appointment");
  await visit("/quay/khue-trung");
  await page.locator("#hen").fill("00000000");
  await page.locator(".m-touch__code button").click();
  assert.match(await page.locator("#hen-error").textContent(), /Không có lịch hẹn/);
  await judge(page, "hall kiosk wrong code");
  await page.locator("#hen").fill(code);
  await page.locator(".m-touch__code button").click();
  await page.waitForURL(/phieu/);
  assert.match(await page.locator("#slip").textContent(), /Có lịch hẹn/);
  await signIn(page, "tiepnhan.khuetrung", "/ban/quay/lich-hen");
  await visit("/ban/quay/lich-hen");
  assert.match(await page.locator("main").textContent(), /Nguyễn Thị Bé.*0905111222.*A001/s);
  await judge(page, "hall appointments");
  await close();
});

test("a visitor rates with a face, a citizen rates the case; the officer sees the sums", async () => {
  const officer = await openApp({ base: town.base });
  const faces = await openApp({ base: town.base, width: 1080, height: 800 });
  const { page } = officer;
  await signIn(page, "tiepnhan.hoaphat");
  await sitDown(page, 3);
  await takeNumber(faces.page, "hoa-phat", "huong-dan");
  await page.reload();
  await act(page, "goi");
  await act(page, "bat-dau");
  await faces.visit(await page.locator("a[href*='danh-gia']").getAttribute("href"));
  await judge(faces.page, "hall faces");
  await faces.page.locator("button[value='5']").click();
  await faces.page.getByText("Cảm ơn").waitFor();
  await act(page, "xong");
  const list = await page.request.get("/ban?xem=tat-ca", { headers: { accept: "application/json" } });
  const done = /"code":"([^"]+)"[^{}]*"status":"(done|returned|not_accepted)"/.exec(await list.text());
  assert.ok(done, "no finished case in the list");
  await page.goto(`/ban/hai-long/${done[1]}`);
  await judge(page, "hall rating slip");
  await faces.visit(new URL(await page.locator("a[href*='danh-gia']").getAttribute("href")).pathname +
    new URL(await page.locator("a[href*='danh-gia']").getAttribute("href")).search);
  await judge(faces.page, "hall rating");
  await faces.page.locator("main form button[type=submit]").click();
  assert.match(await faces.page.locator("#muc-error").textContent(), /khuôn mặt/);
  await faces.page.locator("label[for=muc-4]").click();
  await faces.page.locator("#gop-y").fill("Chỗ ngồi chờ còn ít.");
  await faces.page.locator("main form button[type=submit]").click();
  await faces.page.getByText("Ý kiến đã gửi").waitFor();
  await faces.visit(`/danh-gia/${done[1]}?ma=000000000000`);
  assert.match(faces.page.url(), /tra-cuu/);
  await page.goto("/ban/hai-long");
  await judge(page, "hall results");
  await page.goto("/ban/quay/so-lieu");
  await judge(page, "hall figures");
  for (const app of [officer, faces]) await app.close();
});

// Three counters call, two dozen wait: what must be read from afar is large, and nothing leaves the screen.
test("a full hall stays on the wall's screen, legible; in the evening it says when it opens again", async () => {
  const wall = await openApp({ base: town.base, width: 1920, height: 1080 });
  const officer = await openApp({ base: town.base });
  const { page } = officer;
  const services = ["ho-tich", "chung-thuc", "tra-ket-qua", "chinh-sach-xa-hoi", "dat-dai-xay-dung", "huong-dan"];
  await signIn(page, "tiepnhan.hoathodong");
  kiosk["hoa-tho-dong"] = await page.locator("a[href*='khoa=']").getAttribute("href");
  for (let i = 0; i < 18; i++) await takeNumber(wall.page, "hoa-tho-dong", services[i % 6]);
  for (const [i, login] of ["tiepnhan", "tuphap", "laodong"].entries()) {
    await page.context().clearCookies();
    await signIn(page, `${login}.hoathodong`);
    await sitDown(page, i + 1);
    await act(page, "goi");
    await page.locator("button[value=bat-dau]").waitFor();
  }
  await wall.visit("/bang/hoa-tho-dong");
  await judge(wall.page, "hall board full");
  assert.equal(await wall.page.locator(".m-board__row").count(), 3);
  const sizes = await wall.page.evaluate(() => ({ over: document.documentElement.scrollHeight - innerHeight,
    ...Object.fromEntries([".m-board__row td", ".m-board__list li", ".m-board__table thead th", ".m-board__foot", ".m-board__title"]
      .map((one) => [one, parseFloat(getComputedStyle(document.querySelector(one)).fontSize)])) }));
  assert.ok(sizes.over <= 0, `${sizes.over} px below the screen`);
  assert.ok(sizes[".m-board__row td"] >= 100 && sizes[".m-board__list li"] >= 60, JSON.stringify(sizes));
  assert.ok(Math.min(...Object.values(sizes).slice(1)) >= 40, JSON.stringify(sizes));
  await wall.page.setViewportSize({ width: 390, height: 844 });
  await judge(wall.page, "hall board full phone");
  await wall.page.setViewportSize({ width: 1920, height: 1080 });
  await wall.visit("/quay/hoa-phat");
  assert.ok(await wall.page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), "the kiosk does not scroll");
  await town.restart("2015-01-30T17:45:00+07:00"); // a Friday
  for (const path of ["/quay/hoa-an", "/bang/khue-trung"]) {
    await wall.visit(path);
    await judge(wall.page, `hall closed ${path}`);
    assert.match(await wall.page.locator("main").textContent(), /đã hết giờ làm việc\. Mở cửa lại lúc 07:30, 02\/02\/2015/);
  }
  for (const app of [wall, officer]) await app.close();
});

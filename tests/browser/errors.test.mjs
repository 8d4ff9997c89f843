// Pages nobody wants to see: what is not there, not allowed, too old, too much. Each is a sound page that
// says what to do, and loses nothing that was typed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo", TYPED = "Ông Hòa hẹn nộp giấy kết hôn\nvào sáng thứ Năm.";
let town;
before(async () => {
  town = await startTown({ clock: "2015-01-26T09:00:00+07:00" });
});
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

async function signIn(app, login, next = "/ban") {
  await app.visit(`/dang-nhap?next=${next}`);
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill(PASSWORD);
  await app.page.locator("main button[type=submit]").click();
  await app.page.waitForURL((url) => !url.pathname.endsWith("/dang-nhap"));
}

async function holds(app, path, status, words) {
  const response = await app.visit(path);
  assert.equal(response.status(), status, path);
  await judge(app.page, `error ${status} ${path}`);
  assert.match(await app.page.locator("main").textContent(), words);
}

test("what is not there says so, to citizens in both languages", async () => {
  const app = await openApp({ base: town.base });
  await holds(app, "/khong-co-trang-nay", 404, /Không tìm thấy trang/);
  await holds(app, "/en/khong-co-trang-nay", 404, /Page not found/);
  await holds(app, "/phuong/hoa-phat/tin/khong-co", 404, /./);
  await holds(app, "/nop/khong-co-thu-tuc", 404, /./);
  await holds(app, "/quay/hoa-phat/phieu/1", 404, /./);
  await app.close();
});

test("a citizen whose proof is lost is asked for the code, not for an account", async () => {
  const app = await openApp({ base: town.base });
  for (const [path, asks, field] of [["/nop/lien-thong-khai-sinh/123456/1", "/nop/lien-thong-khai-sinh", "#resume"],
    ["/en/nop/lien-thong-khai-sinh/123456/kiem-tra", "/en/nop/lien-thong-khai-sinh", "#resume"],
    ["/tra-cuu/000.02.15.H17-150126-9999/bien-lai/12", "/tra-cuu/000.02.15.H17-150126-9999", "#pin"],
    ["/tra-cuu/000.02.15.H17-150126-9999/giay/receipt", "/tra-cuu/000.02.15.H17-150126-9999", "#pin"],
    ["/nop/da-gui/000.02.15.H17-150126-9999", "/tra-cuu/000.02.15.H17-150126-9999", "#pin"]]) {
    await app.visit(path);
    assert.equal(new URL(app.page.url()).pathname, asks, path);
    assert.equal(await app.page.locator(field).count(), 1, path);
  }
  await app.close();
});

test("what is not an officer's says so", async () => {
  const app = await openApp({ base: town.base });
  await signIn(app, "tiepnhan.hoaan");
  await holds(app, "/ban/000.02.15.H17-150126-9999", 404, /./);
  await holds(app, "/quan-tri/lien-thong", 403, /./);
  await holds(app, "/ban/quay/hoa-phat/1", 403, /./);
  await holds(app, "/ban/khong-co-trang", 404, /./);
  await app.close();
});

test("a code of a draft that is not there is said beside its field", async () => {
  for (const js of [true, false]) {
    const app = await openApp({ base: town.base, js });
    await app.visit("/nop/lien-thong-khai-sinh");
    await app.page.locator("summary").click();
    await app.page.locator("#resume").fill("ABCD-EFGH-2345");
    await app.page.locator("details button[type=submit]").click();
    await app.page.locator("#resume-error").waitFor();
    await judge(app.page, `error draft ${js}`);
    assert.match(await app.page.locator("#resume-error").textContent(), /giữ 30 ngày/);
    assert.equal(await app.page.locator("#resume").inputValue(), "ABCD-EFGH-2345");
    await app.close();
  }
});

// Signed out in another window, or the token of the form is of yesterday: the sentence is shown again.
for (const [name, lose] of [["a lost session", (app) => app.context.clearCookies()],
  ["a form that is too old", (app) => app.page.locator("main input[name=_csrf]").evaluateAll((all) => all.forEach((e) => (e.value = "x")))]])
  test(`${name} loses nothing that was typed`, async () => {
    for (const js of [true, false]) {
      const app = await openApp({ base: town.base, js });
      await signIn(app, "tiepnhan.hoaphat", "/ban/nop/chung-thuc-ban-sao");
      await app.page.locator("#note").fill(TYPED.replace("\n", " "));
      await lose(app);
      await app.page.locator("button[name=act][value=keep]").evaluate((e) => e.closest("details").setAttribute("open", ""));
      const [response] = await Promise.all([app.page.waitForNavigation(),
        app.page.locator("button[name=act][value=keep]").click()]);
      assert.equal(response.status(), 403);
      await judge(app.page, `error ${name} ${js}`);
      assert.equal(await app.page.locator(".m-typed").first().textContent(), TYPED.replace("\n", " "));
      if (name === "a lost session") {
        await app.page.locator("main a[href*='/dang-nhap?next=']").click();
        assert.match(app.page.url(), /next=\/ban\/nop\/chung-thuc-ban-sao$/);
      }
      await app.close();
    }
  });

test("an overload is answered by a page that says to try again", async () => {
  const app = await openApp({ base: town.base });
  let found;
  for (let round = 0; round < 5 && !found; round++) {
    const all = await Promise.all(Array.from({ length: 1500 }, (_, i) =>
      fetch(`${town.base}/tim?q=khai+sinh+${i}`).then(async (r) => ({ status: r.status, retry: r.headers.get("retry-after"),
        policy: r.headers.get("content-security-policy"), body: await r.text() }), () => ({}))));
    found = all.find((r) => r.status === 503);
  }
  assert.ok(found, "1,500 searches at once are no overload");
  assert.equal(found.retry, "1");
  await app.context.route("**/qua-tai", (route) => route.fulfill({ status: 503, contentType: "text/html; charset=utf-8",
    headers: { "content-security-policy": found.policy }, body: found.body }));
  await holds(app, "/qua-tai", 503, /thử lại/);
  await app.close();
});

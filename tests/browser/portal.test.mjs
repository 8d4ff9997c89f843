// The portal in a real browser: readers in both languages, with and without script; an editor who
// writes, publishes and takes back; the reader sees it at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo";
let town;
before(async () => (town = await startTown()));
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

const READ = [
  ["home", "/"], ["article", "/tin/mot-lan-nop-ba-ket-qua"], ["section", "/chuyen-muc/tin-tuc"],
  ["standing page", "/chuyen-muc/lien-he"], ["search", "/tim?q=khai+sinh"],
  ["nothing found", "/tim?q=xyzxyz"], ["search empty", "/tim"], ["ward", "/phuong/hoa-phat"],
  ["ward section", "/phuong/hoa-phat/chuyen-muc/tin-tuc"], ["not found", "/tin/khong-co"],
];

for (const js of [true, false])
  for (const lang of ["vi", "en"])
    test(`every page a reader sees is sound: ${lang}, script ${js ? "on" : "off"}`, async () => {
      const app = await openApp({ base: town.base, js });
      for (const [name, path] of READ) {
        await app.visit(lang === "en" ? `/en${path}` : path);
        await judge(app.page, `portal ${name} ${lang}${js ? "" : " no script"}`);
      }
      await app.close();
    });

test("a reader gets from home to an article and back by links alone", async () => {
  const { page, visit, close } = await openApp({ base: town.base, js: false });
  await visit("/");
  await page.locator(".m-card__title a").first().click();
  const title = await page.locator("h1").textContent();
  assert.ok(title.trim().length > 0);
  await page.locator(".govuk-breadcrumbs__link").first().click();
  assert.equal(new URL(page.url()).pathname, "/");
  await close();
});

test("search without marks finds words with them, by keyboard alone", async () => {
  const { page, visit, close } = await openApp({ base: town.base });
  await visit("/");
  await page.locator("#m-search").focus();
  await page.keyboard.type("ho tich");
  await page.keyboard.press("Enter");
  await page.waitForURL(/tim\?q=/);
  assert.match(await page.locator("#found").textContent(), /[1-9]/);
  assert.ok((await page.locator(".m-results mark").count()) > 0);
  await close();
});

async function signIn(page, login) {
  await page.goto("/dang-nhap?next=/quan-tri/tin");
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main button[type=submit]").click();
  await page.waitForURL(/quan-tri\/tin/);
}

for (const js of [true, false])
  test(`an editor's article is public when published and gone when withdrawn, script ${js ? "on" : "off"}`, async () => {
    const reader = await openApp({ base: town.base, js });
    const editor = await openApp({ base: town.base, js });
    const { page } = editor;
    const address = js ? "/tin/thu-nghiem-mot" : "/tin/thu-nghiem-hai";
    await signIn(page, "bientap");
    await judge(page, "editor list");
    await page.goto("/quan-tri/tin/moi");
    await page.locator("main form button[type=submit]").first().click();
    await judge(page, "editor mistakes");
    assert.match(await page.title(), /^Lỗi:/);
    await page.locator("#title").fill(js ? "Thử nghiệm một" : "Thử nghiệm hai");
    await page.locator("#section").selectOption("tin-tuc");
    await page.locator("#poster").fill("Minh Khuê");
    await page.locator("#body").fill("Đoạn thứ nhất.\n\n## Đề mục\n\nĐoạn thứ hai.");
    await page.locator("main form button[type=submit]").first().click();
    await page.waitForURL(/quan-tri\/tin\/\d+/);
    await judge(page, "editor draft");
    assert.equal((await reader.visit(address)).status(), 404);
    await page.locator('form[action$="/dang"] button').click();
    await page.waitForLoadState();
    await judge(page, "editor published");
    assert.equal((await reader.visit(address)).status(), 200);
    await judge(reader.page, "new article");
    await page.locator('form[action$="/go"] button').click();
    await page.waitForLoadState();
    assert.equal((await reader.visit(address)).status(), 404);
    await editor.close();
    await reader.close();
  });

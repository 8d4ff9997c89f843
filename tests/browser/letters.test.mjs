// Letters in a real browser: the list of a case, the paper page, printing many, and checking one as
// anybody may, with script and without.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { filing } from "../api/filing.mjs";
import { judge, judged, openApp, shoot } from "./lib.mjs";
import { startTown } from "./server.mjs";

const CLOCK = "2015-01-26T09:00:00+07:00";
let town, code, token, pdf, mark;

before(async () => {
  town = await startTown({ clock: CLOCK, since: "2015-01-26T08:00:00+07:00" });
  token = town.run("token", "--user", "tiepnhan.hoaphat").match(/mc_[\w-]{43}/)[0];
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const filed = await fetch(`${town.base}/api/v1/cases`, { method: "POST", headers, body: JSON.stringify({
    procedure: "lien-thong-khai-sinh", organisation: "hoa-phat", channel: "direct", data: filing() }) });
  assert.equal(filed.status, 201);
  code = (await filed.json()).code;
  for (let i = 0; i < 60 && !pdf?.includes("ETSI.CAdES"); i++) {
    await new Promise((done) => setTimeout(done, 500));
    const answer = await fetch(`${town.base}/ban/${code}/giay/receipt.pdf`, { headers: { authorization: `Bearer ${token}` } });
    pdf = Buffer.from(await answer.arrayBuffer());
  }
  const chooser = await fetch(`${town.base}/ban/in?ma=${code}`, { headers: { authorization: `Bearer ${token}` } });
  mark = (await chooser.text()).match(/name="letter" value="([^"]+)"/)[1];
});
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

async function officer(js) {
  const app = await openApp({ base: town.base, js });
  await app.page.goto(`${town.base}/dang-nhap?next=/ban`);
  await app.page.locator("#login").fill("tiepnhan.hoaphat");
  await app.page.locator("#password").fill("motcua-demo");
  await app.page.locator("main button[type=submit]").click();
  await app.page.waitForURL(/\/ban/);
  return app;
}

for (const js of [true, false]) {
  const label = js ? "script" : "no script";

  test(`an officer sees number and signature, the paper, and prints many: ${label}`, async () => {
    const { page, close } = await officer(js);
    await page.goto(`${town.base}/ban/${code}/van-ban`);
    assert.match(await page.locator(".m-letters").innerText(), /01\/2015[^]*đã ký số/);
    await judge(page, `letters of a case ${label}`);
    await page.goto(`${town.base}/ban/${code}/giay/receipt`);
    assert.match(await page.locator("article").innerText(), new RegExp(mark));
    await judge(page, `receipt as page ${label}`);
    await shoot(page, "letter-receipt");
    await page.goto(`${town.base}/ban/in`);
    assert.equal(await page.locator("input[name=letter]").count(), 1);
    await judge(page, `print many ${label}`);
    await shoot(page, "print-many");
    await page.getByRole("button", { name: "In các văn bản đã đánh dấu" }).click();
    assert.match(await page.locator("main").innerText(), /Hãy chọn ít nhất một văn bản/);
    await judge(page, `nothing ticked ${label}`);
    await close();
  });

  test(`anybody checks a letter by code and by file: ${label}`, async () => {
    const { page, close } = await openApp({ base: town.base, js });
    const file = (bytes) => ({ name: "giay.pdf", mimeType: "application/pdf", buffer: bytes });
    const send = () => page.locator("main button[type=submit]").click();
    await page.goto(`${town.base}/kiem-tra`);
    await judge(page, `check, empty ${label}`);
    await page.locator("#ma").fill("ZZZZZ-ZZZZZ");
    await send();
    assert.equal(await page.locator("#ma").inputValue(), "ZZZZZZZZZZ");
    assert.match(await page.locator("#ma-error").innerText(), /Không có văn bản nào mang mã này/);
    await judge(page, `check, unknown code ${label}`);
    await page.goto(`${town.base}/kiem-tra/${mark}`);
    assert.match(await page.locator("main").innerText(), /còn giá trị[^]*01\/2015/);
    await judge(page, `check, holds ${label}`);
    await shoot(page, "check-holds");
    await page.locator("#tep").setInputFiles(file(pdf));
    await send();
    assert.equal(await page.locator("#file-same").count(), 1);
    const changed = Buffer.from(pdf);
    changed[5000] ^= 1;
    await page.locator("#ma").fill(mark);
    await page.locator("#tep").setInputFiles(file(changed));
    await send();
    assert.equal(await page.locator("#file-different").count(), 1);
    assert.equal(await page.locator(".govuk-panel").count(), 0, "a file that is another is not praised");
    await judge(page, `check, another file ${label}`);
    await shoot(page, "check-different");
    await close();
  });
}

test("in English the check says the same", async () => {
  const { page, close } = await openApp({ base: town.base });
  await page.goto(`${town.base}/en/kiem-tra/${mark}`);
  assert.match(await page.locator("main").innerText(), /issued and holds/);
  await judge(page, "check in English");
  await close();
});

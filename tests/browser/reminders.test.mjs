// What gets late is marked in the list in words, and told to the officer who asked for it; what was
// sent stands on the case. Every new page judged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { filing } from "../api/filing.mjs";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

let town, code;
before(async () => {
  town = await startTown({ clock: "2015-01-26T09:00:00+07:00", since: "2015-01-26T08:00:00+07:00" });
  const token = town.run("token", "--user", "tiepnhan.hoaphat").match(/mc_[\w-]{43}/)[0];
  const answer = await fetch(`${town.base}/api/v1/cases`, {
    method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ procedure: "lien-thong-khai-sinh", organisation: "hoa-phat", channel: "direct", data: filing() }),
  });
  ({ code } = await answer.json());
});
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

async function officer(login, options) {
  const app = await openApp({ base: town.base, ...options });
  await app.visit("/dang-nhap?next=/ban");
  await app.page.locator("#login").fill(login);
  await app.page.locator("#password").fill("motcua-demo");
  await Promise.all([app.page.waitForEvent("load"), app.page.locator("main button[type=submit]").click()]);
  return app;
}

const row = (page) => page.locator("main table tr", { hasText: code }).first().innerText();

async function told(app, subject) {
  for (let i = 0; i < 60; i++) {
    await app.visit(`/ban/${code}/lien-thong`);
    if ((await app.page.locator("main").innerText()).includes(subject)) return;
    await new Promise((done) => setTimeout(done, 500));
  }
  assert.fail(`not told: ${subject}`);
}

for (const js of [true, false])
  test(`an officer chooses what to be told (${js ? "script" : "no script"})`, async () => {
    const app = await officer("tuphap.hoaphat", { js });
    await app.visit("/ban/bao-viec");
    await judge(app.page, "what I am told");
    assert.equal(await app.page.locator("#steps").isChecked(), !js);
    assert.equal(await app.page.locator("#digest").isChecked(), js);
    await app.page.locator("#steps").check({ force: true });
    await app.page.locator("#digest").setChecked(false, { force: true });
    await Promise.all([app.page.waitForEvent("load"), app.page.locator("main button[type=submit]").click()]);
    assert.ok(await app.page.locator("#steps").isChecked());
    assert.ok(!(await app.page.locator("#digest").isChecked()));
    await app.close();
  });

test("a step at four fifths says so in the list without colour, and by e-mail; then that it is late", async () => {
  await town.restart("2015-01-27T16:20:00+07:00");
  let app = await officer("tuphap.hoaphat");
  await app.visit("/ban?xem=can-lam");
  assert.match(await row(app.page), /Sắp đến hạn/);
  await judge(app.page, "a list with a step due soon");
  await told(app, `Sắp đến hạn: hồ sơ ${code}`);
  await app.close();
  await town.restart("2015-01-28T10:00:00+07:00");
  app = await officer("tuphap.hoaphat");
  await app.visit("/ban?xem=can-lam");
  assert.match(await row(app.page), /Quá hạn/);
  await told(app, `Quá hạn: hồ sơ ${code}`);
  const text = await app.page.locator("main").innerText();
  assert.equal(text.split(`Sắp đến hạn: hồ sơ ${code}`).length, 2, "told once, although the server began again");
  await judge(app.page, "a case with what officers were told");
  await app.close();
});

// Follows links from the home page, and from the desk of every role, and judges each kind of page
// it comes to: nothing that is linked may be missing or unsound.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, judged, openApp } from "./lib.mjs";
import { startTown } from "./server.mjs";

const PASSWORD = "motcua-demo";
const MOST = Number(process.env.MOTCUA_CRAWL ?? 40);
let town;
before(async () => (town = await startTown()));
after(async () => {
  await town?.stop();
  console.log(`${judged.length} pages judged`);
});

// Pages that differ only in a number, a slug or a query are of one kind: one of each is enough.
function kindOf(url) {
  const parts = url.pathname.replace(/^\/en(?=\/|$)/, "").replace(/^\/phuong\/[^/]+/, "/P").split("/");
  const fixed = parts.map((part, i) => (i >= 2 && !["moi", "tin", "xem-truoc"].includes(part) ? "*" : part));
  return (url.pathname.startsWith("/en") ? "en " : "") + fixed.join("/") + (url.search ? "?" : "");
}

async function crawl(app, start, name, within) {
  const wanted = [new URL(start, town.base)];
  const kinds = new Set([kindOf(wanted[0])]);
  const faults = [];
  for (let n = 0; wanted.length && n < MOST; n++) {
    const url = wanted.shift();
    const response = await app.visit(url.pathname + url.search).catch((error) => {
      if (/Download is starting|ERR_ABORTED/.test(error.message)) return null;
      throw error;
    });
    if (!response) continue;
    if (response.status() >= 400) {
      faults.push(`${response.status()} ${url.pathname}`);
      continue;
    }
    if (!(response.headers()["content-type"] ?? "").includes("text/html")) continue;
    await judge(app.page, `${name} ${kindOf(url)}`).catch((error) => faults.push(error.message));
    const links = await app.page.$$eval("a[href]", (all) => all.map((a) => a.href));
    for (const link of links) {
      const next = new URL(link);
      next.hash = "";
      if (next.origin !== new URL(town.base).origin || kinds.has(kindOf(next)) ||
          !within.test(next.pathname)) continue;
      kinds.add(kindOf(next));
      wanted.push(next);
    }
  }
  assert.equal(faults.length, 0, "\n" + faults.join("\n"));
}

for (const lang of ["vi", "en"])
  test(`all that citizens can reach is sound: ${lang}`, async () => {
    const app = await openApp({ base: town.base });
    await crawl(app, lang === "en" ? "/en/" : "/", `reach ${lang}`,
      lang === "en" ? /^\/en(\/|$)/ : /^(?!\/en(\/|$))/);
    await app.close();
  });

for (const [login, start] of [["tiepnhan.hoaphat", "/ban"], ["tuphap.hoaphat", "/ban"],
  ["chutich.hoaphat", "/ban"], ["congan.hoaphat", "/ban"], ["baohiem.camle", "/ban"], ["bientap", "/quan-tri/tin"],
  ["quantri", "/quan-tri/lien-thong"]])
  test(`all that ${login} can reach is sound`, async () => {
    const app = await openApp({ base: town.base });
    await app.visit(`/dang-nhap?next=${start}`);
    await app.page.locator("#login").fill(login);
    await app.page.locator("#password").fill(PASSWORD);
    await app.page.locator("main button[type=submit]").click();
    await app.page.waitForURL((url) => url.pathname === start);
    await crawl(app, start, login, /^(\/en)?\/(ban|quan-tri)(\/|$)/);
    await app.close();
  });

// The style guide: every shared partial in both languages, with and without script, rendered by
// the real engine. MOTCUA_BUILD is the build folder (build).
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { judge, openApp } from "./lib.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const build = resolve(root, process.env.MOTCUA_BUILD ?? "build");
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'";
const TYPES = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const PAGES = ["public", "desk", "sheet", "done"];
let folder, server, base;

function page(name, lang) {
  return execFileSync(join(build, "tests/guide_render"), [join(root, "templates"),
    join(folder, `${lang}.mo`), lang, join(here, "guide", `${name}.mustache`)],
  { input: readFileSync(join(folder, `${name}.${lang}.json`)) });
}

function answer(request, response) {
  const path = new URL(request.url, base).pathname;
  const [, lang, name] = /^(\/en)?\/([a-z]+)$/.exec(path) ?? [];
  response.setHeader("Content-Security-Policy", POLICY);
  try {
    const body = name ? page(name, lang ? "en" : "vi") : readFileSync(join(folder, "assets", path.split("/").pop()));
    response.setHeader("Content-Type", name ? "text/html; charset=utf-8" : TYPES[extname(path)]);
    response.end(body);
  } catch (error) {
    response.statusCode = name ? 500 : 404;
    response.end(String(error));
  }
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "motcua-guide-"));
  mkdirSync(join(folder, "assets"));
  execFileSync(join(root, "assets/build"), [join(folder, "assets")]);
  const manifest = JSON.parse(readFileSync(join(folder, "assets/manifest.json"), "utf8"));
  for (const name of Object.keys(manifest)) manifest[name] = "/assets/" + manifest[name];
  for (const lang of ["vi", "en"]) {
    execFileSync("msgfmt", ["-o", join(folder, `${lang}.mo`), join(root, "po", `${lang}.po`)]);
    execFileSync("node", [join(here, "guide/make.mjs"), folder, lang],
      { env: { ...process.env, MOTCUA_MANIFEST: JSON.stringify(manifest) } });
  }
  server = createServer(answer);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const js of [true, false])
  test(`every shared part is sound, script ${js ? "on" : "off"}`, async () => {
    const app = await openApp({ base, js });
    for (const lang of ["vi", "en"])
      for (const name of PAGES) {
        await app.visit(`${lang === "en" ? "/en" : ""}/${name}`);
        await judge(app.page, `guide ${name} ${lang}${js ? "" : " no script"}`);
      }
    await app.close();
  });

// node build.mjs OUTDIR: see assets/build, which calls it.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUTDIR");
  process.exit(2);
}

// Latin, Vietnamese, the punctuation and signs the pages use.
const GLYPHS = "U+20-7E,U+A0-FF,U+102-103,U+110-111,U+128-129,U+168-169,U+1A0-1A1,U+1AF-1B0," +
  "U+300-301,U+303,U+309,U+323,U+1EA0-1EF9,U+2010-2014,U+2018-201E,U+2022,U+2026,U+2032-2033," +
  "U+2039-203A,U+20AB,U+2116";
const FACES = { 400: "NotoSans-Regular.ttf", 700: "NotoSans-Bold.ttf" };
const FACE_DIR = process.env.MOTCUA_FONTS ?? "/usr/share/fonts/truetype/noto";

// What the result depends on: the sources, the lock file, the faces.
function fingerprint() {
  const hash = createHash("sha256");
  const walk = (dir) => {
    for (const entry of readdirSync(dir, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(dir, entry.name);
      if (entry.name === "node_modules") continue;
      if (entry.isDirectory()) walk(path);
      else hash.update(relative(here, path)).update("\0").update(readFileSync(path));
    }
  };
  walk(here);
  for (const face of Object.values(FACES)) hash.update(readFileSync(join(FACE_DIR, face)));
  return hash.digest("hex");
}

const manifest = {};

// What only style sheets name gets a name that holds its content. The rest keeps its name: the
// server hands it out under an address of its own making (web_asset_path).
function emit(name, bytes) {
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const file = /\.woff2$|^drum/.test(name) ? name.replace(/(\.[a-z0-9]+)$/, `-${digest}$1`) : name;
  writeFileSync(join(out, file), bytes);
  if (!/\.(woff2|ogg)$/.test(name)) {
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    writeFileSync(join(out, file + ".br"), brotliCompressSync(bytes, quality));
    writeFileSync(join(out, file + ".gz"), gzipSync(bytes, { level: 9 }));
  }
  manifest[name] = file;
}

function fonts() {
  const dir = mkdtempSync(join(tmpdir(), "motcua-font-"));
  for (const [weight, face] of Object.entries(FACES)) {
    const file = join(dir, weight);
    execFileSync("/usr/bin/python3", ["-m", "fontTools.subset", join(FACE_DIR, face),
      `--unicodes=${GLYPHS}`, "--layout-features=kern,mark,mkmk,ccmp,locl", "--no-hinting",
      "--desubroutinize", "--flavor=woff2", `--output-file=${file}`]);
    emit(`noto-sans-${weight}.woff2`, readFileSync(file));
  }
  rmSync(dir, { recursive: true });
}

// The words of a spoken call (assets/js/voice.js), said by espeak-ng: letters, digits and the two
// phrases. A hall may put its own recordings of the same names in their place.
function words() {
  const said = { "moi-so": "mời số", "den-quay-so": "đến quầy số" };
  "không một hai ba bốn năm sáu bảy tám chín".split(" ").forEach((word, n) => (said[n] = word));
  const letters = "a bê xê đê e ép gờ hát i giê ca e-lờ em-mờ en-nờ o pê quy e-rờ ét-sì tê u vê " +
    "vê-kép ích i-cờ-rét dét";
  letters.split(" ").forEach((word, i) =>
    (said[String.fromCharCode(97 + i)] = word.replaceAll("-", " ")));
  const missing = ["espeak-ng", "opusenc"].filter((name) =>
    spawnSync(name, ["--version"]).error);
  if (missing.length) {
    console.warn(`${missing.join(" and ")} not found: the wall board will be silent`);
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), "motcua-voice-"));
  for (const [name, word] of Object.entries(said)) {
    const wav = join(dir, "word.wav"), ogg = join(dir, "word.ogg");
    execFileSync("espeak-ng", ["-v", "vi", "-s", "140", "-w", wav, word]);
    execFileSync("opusenc", ["--quiet", "--bitrate", "24", "--serial", "1", wav, ogg]);
    emit(`voice-${name}.ogg`, readFileSync(ogg));
  }
  rmSync(dir, { recursive: true });
}

// url(name) in a style sheet becomes the name the file was written under.
function link(css) {
  return css.replace(/url\("?([\w.-]+)"?\)/g, (all, name) => {
    if (!manifest[name]) throw new Error(`style sheet names an unknown file: ${name}`);
    return `url(${manifest[name]})`;
  });
}

async function main() {
  const stamp = join(out, ".built-from");
  const print = fingerprint();
  try {
    if (readFileSync(stamp, "utf8") === print) return;
  } catch {
    // Never built here.
  }
  const sass = await import("sass");
  const esbuild = await import("esbuild");
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(out))
    if (/\.(css|js|woff2|svg|ogg)(\.br|\.gz)?$|^manifest\.json$/.test(file)) rmSync(join(out, file));

  fonts();
  words();
  for (const file of readdirSync(join(here, "images")))
    emit(file, readFileSync(join(here, "images", file)));

  const target = ["chrome100", "firefox100", "safari15"];
  const minify = (text) =>
    esbuild.transformSync(text, { loader: "css", minify: true, target }).code;
  const app = sass.compile(join(here, "app.scss"), {
    loadPaths: [here], style: "expanded", quietDeps: true, silenceDeprecations: ["import"],
  });
  emit("app.css", Buffer.from(minify(link(app.css.replace(/^@charset[^;]+;/, "")))));
  for (const file of readdirSync(join(here, "themes")))
    emit(`theme-${file}`, Buffer.from(minify(readFileSync(join(here, "themes", file), "utf8"))));

  const bundle = (entry) => esbuild.buildSync({
    entryPoints: [join(here, entry)], bundle: true, minify: true, write: false, target,
    format: "esm", legalComments: "none", absWorkingDir: here, loader: { ".svg": "dataurl" },
  }).outputFiles[0].contents;
  for (const entry of ["app.js", "viewer.js", "viewer.css", "intake.js", "scanner.js"]) emit(entry, bundle(entry));

  writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
  writeFileSync(stamp, print);
}

await main();

// Starts the program on a new demonstration district, on a port of its own.
//
//   const town = await startTown({ clock: "2015-01-26T09:00:00+07:00" });
//   … town.base, town.run("import", "article", file, "--site", "cam-le") …
//   await town.stop();
//
// `settings` are laid over DATA/motcua.json.
// MOTCUA_PROGRAM names the program (build/src/app/motcua); MOTCUA_DATABASE a PostgreSQL database to
// use instead of SQLite, which must be empty.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const PROGRAM = resolve(root, process.env.MOTCUA_PROGRAM ?? "build/src/app/motcua");

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function answers(base, child, told) {
  for (let i = 0; i < 150; i++) {
    if (child.exitCode !== null) throw new Error(`the program ended: ${told.join("")}`);
    try {
      if ((await fetch(base + "/healthz")).ok) return;
    } catch {
      // Not yet.
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`the program does not answer: ${told.join("")}`);
}

// prepare(run) is called on the new data, made at the time `since` (that of `init --demo`), before the program serves it.
export async function startTown({ clock, database = process.env.MOTCUA_DATABASE, pack = "packs/cam-le", prepare, settings,
  since } = {}) {
  const data = mkdtempSync(join(tmpdir(), "motcua-town-"));
  const where = ["--data", data, ...(database ? ["--database", database] : [])];
  const options = { cwd: root, encoding: "utf8" };
  execFileSync(PROGRAM, ["init", "--pack", pack, "--demo", ...where,
    ...(since ? ["--clock", since] : [])], options);
  prepare?.((...args) => execFileSync(PROGRAM, [...args, ...where], options));
  if (settings) {
    const file = join(data, "motcua.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...settings }));
  }
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const told = [];
  let child;
  const serve = async (at) => {
    child = spawn(PROGRAM, ["serve", ...where, "--listen", `127.0.0.1:${port}`,
      ...(at ? ["--clock", at] : [])], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (bytes) => told.push(String(bytes)));
    child.stderr.on("data", (bytes) => told.push(String(bytes)));
    await answers(base, child, told);
  };
  const end = async () => {
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await ended;
  };
  await serve(clock);
  return {
    base, data, told, where,
    get child() { return child; },
    run: (...args) => execFileSync(PROGRAM, [...args, ...where], options),
    // The same town at another time.
    restart: async (at) => {
      await end();
      await serve(at);
    },
    stop: async () => {
      await end();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

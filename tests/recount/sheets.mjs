// What is taken away, read without the program: CSV, and the first sheet of an XLSX.
import { inflateRawSync } from "node:zlib";

export function csvRows(text) {
  const rows = [[]];
  let cell = "", quoted = false;
  const end = () => (rows.at(-1).push(cell), (cell = ""));
  for (const [token] of text.replace(/^\uFEFF/, "").matchAll(/""|"|,|\r\n|[^",\r\n]+/g)) {
    if (token === '""') cell += quoted ? '"' : "";
    else if (token === '"') quoted = !quoted;
    else if (quoted) cell += token;
    else if (token === ",") end();
    else if (token === "\r\n") end(), rows.push([]);
    else cell += token;
  }
  return rows.filter((row) => row.length);
}

// A file of a ZIP archive, found by its central directory.
export function unpack(zip, name) {
  for (let at = zip.indexOf("PK\x01\x02", "latin1"); at >= 0; at = zip.indexOf("PK\x01\x02", at + 4, "latin1")) {
    if (zip.toString("utf8", at + 46, at + 46 + zip.readUInt16LE(at + 28)) !== name) continue;
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(from, from + zip.readUInt32LE(at + 20));
    return (zip.readUInt16LE(at + 10) ? inflateRawSync(bytes) : bytes).toString();
  }
  throw new Error(`${name} is not in the archive`);
}

const text = (xml) => xml.replaceAll(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
  .replaceAll("&quot;", '"').replaceAll("&amp;", "&");
const columnOf = (letters) => [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0) - 1;

// Rows of the sheet: numbers as numbers, texts as texts, null where a cell is empty.
export function xlsxRows(zip) {
  const shared = zip.includes("xl/sharedStrings.xml") ?
    [...unpack(zip, "xl/sharedStrings.xml").matchAll(/<si>([^]*?)<\/si>/g)].map((m) => text(m[1])) : [];
  return [...unpack(zip, "xl/worksheets/sheet1.xml").matchAll(/<row[^>]*>([^]*?)<\/row>/g)].map(([, row]) => {
    const cells = [];
    for (const [, at, attributes, inner] of row.matchAll(/<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>([^]*?)<\/c>)/g)) {
      const value = /<v>([^<]*)<\/v>/.exec(inner ?? "")?.[1];
      cells[columnOf(at)] = / t="s"/.test(attributes) ? shared[Number(value)] : / t="/.test(attributes) ? text(inner)
        : value === undefined ? null : Number(value);
    }
    return Array.from(cells, (cell) => cell ?? null);
  });
}

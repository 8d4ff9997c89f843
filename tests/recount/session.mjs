// An officer in the pages, by HTTP alone.
//
//	const session = await signIn(base, "chutich.hoaphat");
//	tables(await session.page("/ban/hai-long"))      [{ caption, rows: [[cell …] …] }]
export function plain(html) {
  return html.replaceAll(/<[^>]*>/g, " ").replaceAll("&amp;", "&").replaceAll("&nbsp;", " ")
    .replaceAll(/\s+/g, " ").trim();
}

export async function signIn(base, login) {
  const jar = new Map();
  const fetched = async (path, options = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(path, base), { redirect: "manual", ...options,
      headers: { cookie, ...options.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/s);
      jar.set(name, value);
    }
    return response;
  };
  const bytes = async (path) => {
    const response = await fetched(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const page = async (path) => (await bytes(path)).toString("utf8");
  // Sends a form of the page as a browser would: `fields` are what was typed, `form` finds its markup.
  const post = async (path, fields, form = /<form method="post"[^]*?<\/form>/) => {
    const [html] = form.exec(await page(path)) ?? [];
    if (!html) throw new Error(`${path}: no such form`);
    const action = /action="([^"]*)"/.exec(html)[1].replaceAll("&amp;", "&"), body = new URLSearchParams(fields);
    for (const [input] of html.matchAll(/<input type="hidden"[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(input)[1];
      if (!body.has(name)) body.append(name, /value="([^"]*)"/.exec(input)?.[1] ?? "");
    }
    return fetched(action, { method: "POST", body, headers: { origin: new URL(base).origin } });
  };
  if (login) await post("/dang-nhap", { login, password: "motcua-demo" }, /<form[^>]*dang-nhap[^]*?<\/form>/);
  return { bytes, page, post };
}

const cells = (row) => [...row.matchAll(/<(?:td|th)[^>]*>([^]*?)<\/(?:td|th)>/g)].map((m) => plain(m[1]));
export function tables(html) {
  return [...html.matchAll(/<table[^>]*>([^]*?)<\/table>/g)].map(([, table]) => ({
    caption: plain(/<caption[^>]*>([^]*?)<\/caption>/.exec(table)?.[1] ?? ""),
    rows: [...(/<tbody[^>]*>([^]*?)<\/tbody>/.exec(table)?.[1] ?? "").matchAll(/<tr[^>]*>([^]*?)<\/tr>/g)]
      .map((m) => cells(m[1])),
  }));
}

// "1.234,5 %" is 1234.5; what holds no figure is null.
export const number = (text) => /\d/.test(text) ? Number(text.replaceAll(/[^\d,-]/g, "").replace(",", ".")) : null;

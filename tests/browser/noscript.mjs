// Without script, over any page that was sent: its bytes are shown once more by a browser that runs no
// script, and nothing shown there may need one.

const twins = new WeakMap();

async function twinOf(page) {
  const browser = page.context().browser();
  if (!twins.has(browser)) {
    const context = await browser.newContext({ javaScriptEnabled: false, reducedMotion: "reduce", locale: "vi-VN",
      viewport: { width: 1280, height: 900 } });
    const twin = { page: await context.newPage(), source: "" };
    await context.route("**/*", (route) => {
      if (route.request().isNavigationRequest())
        return route.fulfill({ status: 200, contentType: "text/html; charset=utf-8", body: twin.source });
      return /stylesheet|font/.test(route.request().resourceType()) ? route.continue() : route.abort();
    });
    twins.set(browser, twin);
  }
  return twins.get(browser);
}

// The page without script: page itself where its browser runs none, else a twin that shows `source`.
export async function withoutScript(page, source) {
  const twin = await twinOf(page);
  twin.source = source;
  await twin.page.goto(page.url(), { waitUntil: "load" });
  return twin.page;
}

export async function judgeControls(page) {
  return page.evaluate(() => {
    const faults = [];
    const shown = (e) => e.checkVisibility({ visibilityProperty: true });
    const dead = (e, why) => faults.push(`without script: ${why}: ${e.outerHTML.replace(/\s+/g, " ").slice(0, 140)}`);
    const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
    for (const e of all("button, input[type=button], input[type=reset]"))
      if (e.type !== "submit" && !e.hasAttribute("popovertarget")) dead(e, "the button does nothing");
    for (const e of all("button, input, select, textarea"))
      if (!e.form) dead(e, "belongs to no form");
    for (const form of all("form")) {
      if (!/^https?:$/.test(new URL(form.action, location.href).protocol)) dead(form, "goes nowhere");
      // A form whose fields are folded away has its button there too.
      if (![...form.elements].some((e) => /^(submit|image)$/.test(e.type) && (shown(e) || e.closest("details:not([open])"))))
        dead(form, "has no button to send it");
    }
    for (const e of all("a")) {
      const href = e.getAttribute("href");
      if (!href || href === "#" || /^javascript:/.test(href)) dead(e, "leads nowhere");
      else if (/^#./.test(href) && !document.getElementById(decodeURIComponent(href.slice(1)))) dead(e, "leads to nothing on the page");
    }
    for (const e of all("canvas, dialog, [role=button], [role=tab], [contenteditable], video:not([controls]), audio:not([controls])"))
      dead(e, "needs script");
    for (const e of all("details")) if (!e.querySelector(":scope > summary")) dead(e, "cannot be opened");
    return faults.slice(0, 12);
  });
}

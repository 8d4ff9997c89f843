/* Whatever people write, no script and no dangerous address may come out. */
#include "fuzz.h"
#include "text/markdown.h"

/* Markup begins only what the writer knows: a '<' must start one of its elements. */
static bool only_known_elements(str html)
{
	static const str known[] = {
		S("p"), S("h1"), S("h2"), S("h3"), S("h4"), S("h5"), S("h6"), S("em"), S("strong"),
		S("code"), S("pre"), S("br"), S("hr"), S("ul"), S("ol"), S("li"), S("blockquote"),
		S("a"), S("img"), S("figure"), S("figcaption"), S("table"), S("thead"), S("tbody"),
		S("tr"), S("th"), S("td"), S("del"),
	};
	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] != '<')
			continue;
		size_t from = i + 1 + (i + 1 < html.n && html.p[i + 1] == '/'), to = from;
		while (to < html.n && html.p[to] != '>' && html.p[to] != ' ')
			to++;
		bool found = false;
		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			found |= str_eq(str_slice(html, from, to), known[k]);
		if (!found)
			return false;
	}
	return true;
}

FUZZ(arena, input)
{
	const struct markdown_options options = { .first_heading = 2, .link_prefix = S("/x/") };
	str html = markdown_html(arena, input, &options).s;
	FUZZ_HOLDS(only_known_elements(html));
	/* A title may read so: it is only shown. */
	FUZZ_HOLDS(str_find(html, S(" href=\"javascript:")) == SIZE_MAX &&
		   str_find(html, S(" src=\"javascript:")) == SIZE_MAX);
	markdown_text(arena, input);
	str teaser = markdown_teaser(arena, input, 40);
	FUZZ_HOLDS(!utf8_valid(teaser) || utf8_length(teaser) <= 40);
}

/*
 * template: pages and letters in Mustache. Templates are compiled once per language and render a
 * view (a value) straight into a buf, escaping on the way. Held to the whole public specification,
 * its optional modules included: inheritance ({{<layout}} {{$block}}), dynamic names ({{>*name}})
 * and lambdas.
 *
 *	struct template_set *set;
 *	TRY(template_set_load(ctx, arena, files, &options, &set));
 *	const struct template *page = template_set_get(set, S("portal/home"), vi);
 *	TRY(template_render(ctx, page, view, &out));
 *
 * Beyond the specification, where `options` carry languages:
 *
 *	{{#_}}Received at {{place}}{{/_}}   translated when compiled; variables inside keep their
 *		places. Runs of blanks count as one; the msgid is "Received at {{place}}".
 *	{{#_ late}}One late case{{|}}{{late}} late cases{{/_}}   by the number in `late`.
 *	{{due_at | date_time}}   a filter writes the value for the reader: date, date_long,
 *		date_words, time, date_time, number, money, percent, duration (of seconds), bytes,
 *		weekday, upper, json, url, lines (newlines become <br>). Views hold RFC 3339 text
 *		and numbers, so that the API answers with the same view.
 *	{{-index}} {{-number}} {{#-first}} {{#-last}}   inside a list: place from 0, from 1; ends.
 *
 * Escaping: & < > " ' always, so a value may stand in text and in quoted attributes. A value made
 * by value_html is markup already and is not escaped. With .only_safe_markup (all pages), {{{x}}}
 * and {{&x}} are refused when loading: markup must come as html, made by text/ or print/.
 *
 * False for sections: missing, null, false, "", 0, the empty list.
 *
 * A template, a set and all they hold are never changed after loading and are shared by threads;
 * they live in the arena given. What a rendered page shows is copied into `out`.
 */
#ifndef MOTCUA_TEXT_TEMPLATE_H
#define MOTCUA_TEXT_TEMPLATE_H

#include "base/buf.h"
#include "base/embed.h"
#include "base/value.h"
#include "text/i18n.h"

struct template;
struct template_set;

struct template_options {
	/* One set of compiled templates for each; with n = 0 one without translation. */
	const struct language *const *languages;
	size_t n;
	int offset;            /* minutes east of UTC for the filters of time */
	bool strict;           /* rendering a name that is missing is ERR_INVALID (sections may) */
	bool only_safe_markup; /* {{{x}}} is refused; a missing partial too */
};

/* Compiles every *.mustache of the set; its name is the path without the ending. ERR_INVALID
 * names template and line: unclosed section, unknown filter, missing partial, … */
enum err template_set_load(struct ctx *ctx, struct arena *arena, struct embedded_set files,
			   const struct template_options *options, struct template_set **ret_set);
/* NULL where there is none. `language` NULL means the first. */
const struct template *template_set_get(const struct template_set *set, str name,
					const struct language *language);

/* One template from elsewhere (a pack's letter); it may use the partials of `set` (may be NULL)
 * in this language. Without a set it is as the plain specification wants it. */
enum err template_compile(struct ctx *ctx, struct arena *arena, str name, str text,
			  const struct template_set *set, const struct language *language,
			  const struct template **ret_template);

/* Writes the page to `out`. ERR_INVALID names template and line: a missing name (strict only),
 * partials nested without end, output beyond TEMPLATE_LIMIT. */
enum err template_render(struct ctx *ctx, const struct template *template, struct value view,
			 struct buf *out);

enum { TEMPLATE_LIMIT = 64 << 20, TEMPLATE_DEPTH = 200 };

/* Every msgid a template translates, for tools/po-update. */
struct template_message {
	str id, plural; /* plural is empty where there is one form */
	int line;
};
enum err template_messages(struct ctx *ctx, str name, str text,
			   struct template_message **ret_messages, size_t *ret_n);

/* ---- markup ---- */

/* Markup as a value: templates do not escape it. In JSON it is a string. */
struct value value_html(html h);
bool value_is_html(struct value v);
/* Escapes into `out`: & < > " ' */
void html_escape(struct buf *out, str s);
html html_of_text(struct arena *arena, str s);

/* ---- lambdas ---- */

/* A value that is called: for {{name}} with no text, for {{#name}}…{{/name}} with the text of the
 * section as it stands in the template. What it returns is rendered as a template. */
struct template_lambda {
	str (*call)(void *object, struct arena *arena, str text);
	void *object;
};
/* `lambda` must outlive the value. */
struct value value_lambda(const struct template_lambda *lambda);

#endif

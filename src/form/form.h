/*
 * form: form-js forms (schemaVersion 19) as a server renders and validates them. Pure: no I/O, no
 * clock, no database; a form, the data so far and what was posted go in, data, mistakes and
 * markup come out. A designer draws the form in the form-js editor; citizens fill it in without
 * JavaScript, one page at a time; officers see it whole.
 *
 *	struct form_env env = { .ctx = ctx, .now = clock_business(), .offset = 420 };
 *	form_load(arena, &(struct form_source){ .text = json }, &form, &fault);
 *	form_read(form, page, posted, draft, &env, &result);            // POST
 *	if (result.errors.n) … form_html(form, &show, &env)  // again, with the mistakes
 *	form_check(form, draft, &env, &result);                         // before it is submitted
 *
 * Words. The *working data* of a draft is everything known so far: what was given when the form
 * was opened (options for selects, what is known of the applicant) and what was answered. The
 * *submission* is what form-js would submit: values of fields that are shown and enabled.
 *
 * Invariants
 * - A hidden field's value is not in the submission, nor seen by any expression; hidden items of
 *   dynamic lists likewise. form_read drops it from the working data as well.
 * - Posted values of disabled, read-only, hidden, unknown and expression fields are ignored: the
 *   working data's value stays.
 * - Every option posted is one of the field's options; every validation is run again.
 * - Markup is escaped, uses govuk-frontend 6 classes, and holds no style, no script, no inline
 *   handler.
 *
 * Names posted. A field bound to `children[1].name` posts as "f.children.1.name"; a date as
 * "….day", "….month", "….year"; a time as "….time"; a list sends its length as "f.children.#";
 * what may be left without an answer (boxes, circles) says with "….?" that it was on the page.
 * Buttons that only change the page: "form.add" (a list's path), "form.remove" (an item's path),
 * "form.update". A file field's new files are put by the caller under its name in `posted` as a
 * list of {id, name, size, type}; files kept before come from the working data, and are taken out
 * by the checkbox "….remove" with their id.
 *
 * Lifetimes: a form and all it holds live in the arena it was loaded into; it is immutable and may
 * be used by many threads at once. Results live in env->ctx->arena, and share with the data given.
 */
#ifndef MOTCUA_FORM_FORM_H
#define MOTCUA_FORM_FORM_H

#include "base/datetime.h"
#include "base/err.h"
#include "base/json.h"
#include "base/value.h"

struct form;

enum {
	FORM_SCHEMA_VERSION = 19,
	FORM_ALL = -1,        /* for `page`: the whole form at once */
	FORM_LIST_MAX = 200,  /* items of one dynamic list */
	FORM_DEPTH_MAX = 32,  /* containers inside one another */
	FORM_FIELDS_MAX = 2000,
	FORM_INSTANCES_MAX = 20000, /* fields times the items of the lists they are in */
};

/* What is wrong with a form itself. */
struct form_fault {
	str id;       /* of the element, as written or as numbered */
	str key;      /* its key or path; empty where it has none */
	str property; /* "validate.pattern"; empty when the element as a whole is meant */
	str message;  /* one English sentence */
};

struct form_source {
	str text;            /* the form's JSON … */
	struct value schema; /* … or the same as a value, when text is empty */
	/* The side file of a language: {"<element id>": {"label": "…", "description": "…",
	 * "text": "…", "values": {"<value>": "<label>"}, "columns": {"<key>": "<label>"}, …}}.
	 * The key "form" may give the form's "title". Empty: as drawn. */
	str side;
	/* Holds the form to the schema's rules of which property belongs to which type, to valid
	 * FEEL and patterns, and refuses expressions that go in a circle. Packs are loaded so.
	 * Without it what is not understood is left out, as form-js does. */
	bool strict;
};

/* False leaves the first fault. Two fields bound to one path are refused in either mode. */
bool form_load(struct arena *arena, const struct form_source *source, struct form **ret_form,
	       struct form_fault *ret_fault);
/* Every fault of strict mode, for `motcua check`: a list of {id, key, property, message}. Where a
 * side file is given, also elements it does not translate (property "translation"). */
struct value form_lint(struct arena *arena, const struct form_source *source);

/* Only what the published JSON Schema says, without a look at expressions, patterns and paths. */
bool form_schema_valid(struct arena *arena, struct value schema, struct form_fault *ret_fault);

struct form_env {
	struct ctx *ctx; /* arena for results, the reader's language */
	usec now;        /* FEEL's now() and today(), and dates that must not have passed */
	int offset;      /* minutes east of UTC: Việt Nam 420 */
	/* "84": numbers written the domestic way (0905 123 456) are telephone numbers too. */
	str country;
	/* Markdown to safe markup, for text components (text/markdown.h). NULL: paragraphs. */
	html (*markdown)(struct arena *arena, str text);
	/* A list of paths ("child.name", "papers"): only these fields, and those inside them, are
	 * shown, read and checked; everything else stays as it is. Null: all. */
	struct value only;
};

/* The language a person reads the form's own title in; empty when it has none. */
str form_title(const struct form *form);
str form_id(const struct form *form);
/* The label of its submit button, or empty. */
str form_submit_label(const struct form *form);

/* --- Pages: each top-level group is one; fields between groups make one together. --- */

size_t form_page_count(const struct form *form);
/* A list of {index, id, title, visible, filled} in order; `filled`: its required fields are. */
struct value form_pages(const struct form *form, struct value data, struct form_env *env);
/* The next (or previous) page to be shown, from page -1 the first; FORM_ALL when there is none. */
int form_page_next(const struct form *form, int page, struct value data, struct form_env *env);
int form_page_previous(const struct form *form, int page, struct value data,
		       struct form_env *env);

/* --- Data --- */

enum form_action {
	FORM_SUBMIT, /* the page is done, when there are no errors */
	FORM_CHANGE, /* an add, remove or update button: show the page again, errors are empty */
};

struct form_result {
	struct value data;       /* working data, to be saved with the draft */
	struct value submission; /* what form-js would submit */
	/* A list of {id, path, name, anchor, label, message, page}, in the order of the page. */
	struct value errors;
	/* name → text typed that could not be understood, to be shown again. */
	struct value typed;
	enum form_action action;
	str anchor; /* after FORM_CHANGE: where the page should be opened, "#" + anchor */
};

/* The working data with which a form is opened: `given` made fit for the fields, defaults filled
 * in, expressions computed. */
struct value form_start(const struct form *form, struct value given, struct form_env *env);

/* Takes what was posted from one page (or FORM_ALL) over the working data `data`. `posted`: name →
 * string, list of strings, or list of files. Errors are those of that page only. Mistakes are
 * data, so it cannot fail. */
void form_read(const struct form *form, int page, struct value posted, struct value data,
	       struct form_env *env, struct form_result *ret_result);

/* Validates data as it is, from the API, a partner or a draft that is being submitted: everything
 * is made fit, computed and checked as if form-js had opened it and pressed submit. */
void form_check(const struct form *form, struct value data, struct form_env *env,
		struct form_result *ret_result);

/* For uploads, before a file is stored: false unless `name` is a file field that is not read-only.
 * `accept` as in HTML (".pdf,.jpg" or empty). */
struct form_file_rule {
	str accept;
	bool multiple;
};
bool form_file_field(const struct form *form, str name, struct value data, struct form_env *env,
		     struct form_file_rule *ret_rule);

/* --- Markup --- */

struct form_show {
	int page;           /* or FORM_ALL */
	struct value data;  /* working data */
	struct value errors, typed; /* of the form_read just done; null at first */
	str file_base;      /* address before a stored file's id, for links; empty: names only */
	bool read_only;     /* every field as if read-only */
	bool buttons;       /* the form's own submit and reset buttons too */
};

/* The fields of a page, without the <form> element, CSRF field and main button, which are the
 * caller's (enctype="multipart/form-data" when form_has_files). */
html form_html(const struct form *form, const struct form_show *show, struct form_env *env);
bool form_has_files(const struct form *form);
/* The error summary that stands at the head of the page, linked to the fields; empty without
 * errors. */
html form_errors_html(struct value errors, struct form_env *env);

/* "Check your answers", or the officer's view of a filed form: a list of {page, title, rows:
 * [{id, path, label, kind, text, values, files, items, anchor}]}. `kind`: "text", "values" (several),
 * "files", "table" or "items" (a dynamic list: each item a list of rows). Only what is shown. */
struct value form_summary(const struct form *form, struct value data, struct form_env *env);
/* The same as govuk summary cards. `change_base` + page number + "#" + anchor is the address of
 * each change link; empty: for display only. `file_base` as in form_show. */
html form_summary_html(const struct form *form, struct value data, str change_base,
		       str file_base, struct form_env *env);

#endif

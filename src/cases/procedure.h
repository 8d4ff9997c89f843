/*
 * procedure: one version of a procedure as the pack drew it, compiled: flow, forms, letters,
 * decisions. Immutable, shared by all threads, never freed before cases_close: cases are pinned
 * to it. A new pack adds versions; it never changes one.
 *
 *	const struct procedure *p = procedure_in_force(cases, S("khai-sinh"), clock_business());
 */
#ifndef MOTCUA_CASES_PROCEDURE_H
#define MOTCUA_CASES_PROCEDURE_H

#include "base/value.h"
#include "calendar/calendar.h"
#include "flow/flow.h"
#include "form/form.h"
#include "rules/feel.h"
#include "store/store.h"

struct cases;
struct dmn_model;
struct fee_rules;
struct organisation;
struct procedure;

enum task_kind {
	TASK_WORK,   /* anything else */
	TASK_INTAKE, /* its completion is the acceptance of the case */
	TASK_SIGN,   /* the leader's approval */
	TASK_RETURN, /* the result is ready; its completion is the return */
};

struct procedure_form {
	str key, language; /* "apply", "vi" */
	const struct form *form;
};

struct procedure {
	int64_t id;         /* of this version */
	str name;           /* folder in the pack: key in events, address of its pages */
	str code;           /* national code; may be empty */
	int64_t number;     /* version, from 1 */
	int64_t valid_from, valid_to; /* civil days; valid_to 0: open */
	struct value body;  /* procedure.json */
	struct value files; /* path in the folder → text */
	const struct flow_definition *flow;
	struct calendar_limit limit;
	int cut_off;        /* as in struct calendar_case */
	bool immediate;     /* done while the citizen waits */
	int64_t supplement_rounds;
	enum calendar_rule supplement_rule;
	const struct feel *subject; /* what a case is about; NULL where not said */
	const struct fee_rules *fee; /* NULL where nothing is said of one */
	const struct procedure_form *forms; /* by key and language */
	size_t n_forms;
	const struct dmn_model *const *decisions; /* its *.dmn files */
	size_t n_decisions;
};

/* For struct flow_env: decisions_ask with a struct decider as data. */
struct decider {
	const struct procedure *procedure;
	usec now;
	int offset;
};
bool decisions_ask(void *data, struct arena *arena, str decision, struct value context,
		   struct value *ret_result, str *ret_why);
/* Compiles them; ERR_INVALID names file, line and element. */
enum err decisions_compile(struct ctx *ctx, struct value files, struct procedure *procedure);

/* By name or national code, the version in force on the day of `at`. NULL where there is none. */
const struct procedure *procedure_in_force(struct cases *cases, str name, usec at);
const struct procedure *procedure_by_id(struct cases *cases, int64_t id);
/* All in force at `at`, in the pack's order. */
void procedures_in_force(struct cases *cases, struct arena *arena, usec at,
			 const struct procedure ***ret_items, size_t *ret_n);
/* A form by its key ("apply", or a task's formKey) in a language; NULL where there is none. */
const struct form *procedure_form(const struct procedure *procedure, str key, str language);
/* The title and other texts in the reader's language, falling back to Vietnamese. */
str procedure_text(const struct procedure *procedure, str path, str language);
/* What a task is for: property motcua:act. */
enum task_kind procedure_task_kind(const struct procedure *procedure, uint32_t element);
/* Whether its cases are received there. */
bool procedure_received_by(const struct procedure *procedure,
			   const struct organisation *organisation);
/* A title for the element in the reader's language. */
str procedure_step_name(const struct procedure *procedure, uint32_t element, str language);
/* What the procedure page shows: {name, code, title, field, papers, steps, time, fee, legal, who,
 * where, channels, form, address}. */
struct value procedure_view(struct ctx *ctx, const struct procedure *procedure, str language);

/* Compiles what a version's files say (path → text). ERR_INVALID names file and element. */
enum err procedure_read(struct ctx *ctx, struct value files, struct procedure *procedure);
/* Inside a command: stores a version from a pack's folder (path → text). ERR_INVALID names the
 * file and element. */
enum err procedure_add(struct ctx *ctx, struct db *db, str name, struct value files);
/* Keeps a file of the pack that is no procedure: "calendar", "numbering", "pack" (JSON texts), and
 * "letters" (a map of name → text, as JSON). Inside a command. */
enum err setting_keep(struct ctx *ctx, struct db *db, str name, str body);
/* An empty map where it was never kept. */
enum err setting_read(struct ctx *ctx, struct db *db, str name, struct value *ret_v);

#endif

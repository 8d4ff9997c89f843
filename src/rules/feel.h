/*
 * feel: the expression language of DMN 1.5, whole, with the functions Camunda adds. Parse once
 * (when a pack is loaded), evaluate many times; what was parsed is never changed, so threads
 * share it. Pure: no clock, no files, no database.
 *
 *	struct feel *fee;
 *	struct feel_fault fault;
 *	if (!feel_parse(arena, S("copies * 2000"), NULL, &fee, &fault)) … fault.line, fault.message
 *	struct feel_scope scope = { .variables = data };
 *	struct value v = feel_eval(fee, request_arena, &scope, &env, NULL);
 *
 * Evaluation never fails: what has no answer is null (that is the language's own rule), and the
 * reasons can be asked for as warnings. It is bounded by env: an expression that takes too many
 * steps, too much depth or memory gives null, and so does one whose answer, written out, would
 * have more than a million parts (values share parts: that takes few steps). The answer may share
 * memory with the scope, with the parsed expression and with the arena; value_copy makes it
 * independent of all but the objects of temporal, range and function values.
 *
 * Names with blanks ("monthly income") are taken greedily: words that follow one another are one
 * name, up to a keyword. Names that hold keywords or signs ("date of birth and place", "a-b")
 * are only recognised if they are told in feel_options.names, or written in backticks.
 */
#ifndef MOTCUA_RULES_FEEL_H
#define MOTCUA_RULES_FEEL_H

#include "base/datetime.h"
#include "base/value.h"

struct feel;      /* an expression or unary tests, parsed */
struct feel_type; /* rules/types.h */

struct feel_fault {
	uint32_t line, column; /* from 1; columns count code points */
	str message;           /* an English sentence, in the arena or a literal */
};

struct feel_options {
	/* Names of variables and of their members; only those with blanks or signs matter. */
	const str *names;
	size_t name_count;
	/* Looks up a named type for `instance of` and for function parameters; may be NULL. */
	const struct feel_type *(*find_type)(const void *data, str name);
	const void *data;
};

/* Parses an expression; a leading '=' must have been taken off. `options` may be NULL. The
 * result and what it points to live in `arena`, the text is copied. */
bool feel_parse(struct arena *arena, str text, const struct feel_options *options,
		struct feel **ret_feel, struct feel_fault *ret_fault);
/* Parses unary tests, as in a cell of a decision table: `-`, `< 5, [10..20]`, `not("a")`. */
bool feel_parse_tests(struct arena *arena, str text, const struct feel_options *options,
		      struct feel **ret_feel, struct feel_fault *ret_fault);

/* Scopes are searched from the inside out. */
struct feel_scope {
	struct value variables; /* a map, or null */
	const struct feel_scope *outer;
};

/* A function the host adds. It may be called with any arguments; missing ones are null. */
struct feel_native {
	str name;
	uint32_t parameters; /* how many it takes; a call with more gives null */
	struct value (*call)(void *data, struct arena *arena, const struct value *arguments);
	void *data;
};

enum {
	FEEL_STEPS = 1000000,
	FEEL_DEPTH = 1000, /* of calls; and a run never takes more than 1 MiB of the C stack */
	FEEL_MEMORY = 16 << 20,
};

/* All zero is a valid environment: 1970, UTC, the limits above, no functions of the host. */
struct feel_env {
	usec now;         /* what now() and today() give */
	int offset;       /* minutes east of UTC of now() and today(): Việt Nam 420 */
	uint64_t steps;   /* 0 means FEEL_STEPS */
	uint32_t depth;   /* 0 means FEEL_DEPTH; at most FEEL_DEPTH */
	size_t memory;    /* bytes in the arena; 0 means FEEL_MEMORY */
	const struct feel_native *natives;
	size_t native_count;
};

/* Why something was null; English sentences in the arena. Only the first are kept. */
enum { FEEL_WARNINGS = 16 };
struct feel_warnings {
	str text[FEEL_WARNINGS];
	uint32_t count;  /* kept in text */
	bool exhausted;  /* a limit was reached: the answer says nothing */
};

/* `scope`, `env` and `ret_warnings` may be NULL. */
struct value feel_eval(const struct feel *feel, struct arena *arena,
		       const struct feel_scope *scope, const struct feel_env *env,
		       struct feel_warnings *ret_warnings);
/* Whether `input` (written `?`) satisfies the tests: true, false, or null where it cannot be
 * decided. Also takes what feel_parse gave: then true where the expression is. */
struct value feel_test(const struct feel *feel, struct arena *arena, struct value input,
		       const struct feel_scope *scope, const struct feel_env *env);

/* The variable paths the expression reads from its scope, each once, as strings in a list:
 * "applicant.birth date", "copies". What it defines itself (loops, parameters, entries) is not
 * among them; within filters a name may belong to the item and is listed nevertheless. */
struct value feel_reads(const struct feel *feel, struct arena *arena);

/* The text as it was parsed. */
str feel_source(const struct feel *feel);

/* The value as a reader sees it: strings bare, numbers without trailing zeros, dates in ISO 8601,
 * lists and contexts in FEEL notation (cut off beyond 4 MiB), null as the empty str. */
str feel_to_string(struct arena *arena, struct value v);
/* As the function string() gives it: null is "null". */
str feel_to_literal(struct arena *arena, struct value v);

/* What JSON can hold: dates, times, durations and ranges as their text, functions as null; a deep
 * copy only where something changes. For whoever stores or shows a FEEL result. */
struct value feel_to_data(struct arena *arena, struct value v);

/* FEEL's own equality: true, false, or null where the two cannot be compared. */
struct value feel_equal(struct value a, struct value b);

#endif

/*
 * builtin: the functions FEEL itself has. Internal to rules/. A call is resolved and its arguments
 * put in order when the expression is parsed; when it is evaluated, arguments are converted and
 * checked by `signature` before the function sees them.
 *
 * A signature has one letter per parameter:
 *	a anything   b boolean   n number   s string   l list   c context   f function   r range
 *	d date   t time   w date and time   e date or date and time   p date, time or both
 *	u days and time duration   y years and months duration   v either duration
 * `?` after a letter: may be null or absent. `*` at the end: the last repeats.
 * A null or ill-typed argument elsewhere makes the answer null.
 */
#ifndef MOTCUA_RULES_BUILTIN_H
#define MOTCUA_RULES_BUILTIN_H

#include "rules/feel.h"

struct run;
struct node;

typedef struct value builtin_call(struct run *run, const struct value *args, uint32_t n);

struct builtin {
	const char *name;
	const char *parameters; /* names, separated by commas; several for one by '|' */
	const char *signature;
	builtin_call *call;
	/* Same arguments, same answer, and cheap: done once, at parsing. */
	bool fold;
	/* What can be made ready when a call is parsed, from those arguments that are constants:
	 * the function finds it in run->prepared. NULL, or a result of NULL, for nothing. */
	const void *(*prepare)(struct run *run, const struct node *call);
};

enum { BUILTIN_PARAMETERS = 8 };

/* The function of that name that takes `n` arguments so named (names may be NULL); places of
 * arguments among the parameters go to `ret_places`. NULL where there is none. */
const struct builtin *builtin_find(str name, uint32_t n, const str *names, uint32_t *ret_places);
bool builtin_exists(str name);
/* How many parameters it has (repeats count once), and whether the last repeats. */
uint32_t builtin_arity(const struct builtin *builtin, bool *ret_repeats);
/* Converts and checks `args` in place, then calls; null where they do not fit. */
struct value builtin_apply(struct run *run, const struct builtin *builtin, struct value *args,
			   uint32_t n);
/* The list a function of one list or of many items was given. */
struct value builtin_list(struct run *run, const struct value *args, uint32_t n);
/* The next function after that one (the first after NULL) whose name begins with that letter and holds
 * blanks: for the parser. NULL after the last. */
const struct builtin *builtin_next_special(const struct builtin *after, char first);

extern const struct builtin builtins_numeric[], builtins_string[], builtins_pattern[],
	builtins_list[], builtins_stats[],
	builtins_context[], builtins_temporal[], builtins_range[], builtins_conversion[];

#endif

/* form_testing: what the tests of this room share: a form from JSON, data from JSON. */
#ifndef MOTCUA_FORM_FORM_TESTING_H
#define MOTCUA_FORM_FORM_TESTING_H

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#undef fail /* base/err.h has its own */

#include "form/form.h"

#define fail_with(...)                         \
	do {                                   \
		print_error(__VA_ARGS__);      \
		print_error("\n");             \
		_fail(__FILE__, __LINE__);     \
	} while (0)

struct bench {
	struct arena arena;
	struct ctx ctx;
	struct form_env env;
	struct form *form;
	struct form_fault fault;
	struct form_result result;
};

static inline struct value json(struct bench *b, const char *text)
{
	struct value v;
	struct json_fault fault;
	if (!json_parse(&b->arena, str_z(text), &v, &fault))
		fail_with("not JSON: %s", text);
	return v;
}

static inline str text_of(struct bench *b, struct value v)
{
	struct buf out = { .arena = &b->arena };
	json_write(&out, v);
	return str_of(buf_z(&out), out.n);
}

/* The components' JSON in single quotes for double ones, which keeps the tests readable. */
static inline bool try_load(struct bench *b, const char *components, const char *side, bool strict)
{
	str text = arena_printf(&b->arena, "{'type':'default','id':'F','components':[%s]}",
				components);
	str other = arena_copy(&b->arena, str_z(side));
	str both[] = { text, other };
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < both[k].n; i++)
			if (both[k].p[i] == '\'')
				((char *)both[k].p)[i] = '"';
	struct form_source source = { .text = text, .side = other, .strict = strict };
	return form_load(&b->arena, &source, &b->form, &b->fault);
}

static inline void load(struct bench *b, const char *components)
{
	if (!try_load(b, components, "", false))
		fail_with("%.*s", STR_ARG(b->fault.message));
}

static inline struct bench *bench_new(void)
{
	struct bench *b = test_calloc(1, sizeof *b);
	arena_init(&b->arena);
	b->ctx = (struct ctx){ .arena = &b->arena };
	b->env = (struct form_env){ .ctx = &b->ctx, .offset = 420 };
	time_parse(S("2015-01-26T09:00:00+07:00"), &b->env.now);
	return b;
}

static inline void bench_free(struct bench *b)
{
	arena_done(&b->arena);
	test_free(b);
}

static inline struct value quoted(struct bench *b, const char *text)
{
	str copy = arena_copy(&b->arena, str_z(text));
	for (size_t i = 0; i < copy.n; i++)
		if (copy.p[i] == '\'')
			((char *)copy.p)[i] = '"';
	return json(b, copy.p);
}

static inline void read_all(struct bench *b, const char *posted, const char *data)
{
	form_read(b->form, FORM_ALL, quoted(b, posted), quoted(b, data), &b->env, &b->result);
}

static inline void assert_json(struct bench *b, struct value v, const char *expected)
{
	struct value other = quoted(b, expected);
	if (!value_eq(v, other))
		fail_with("got %s, not %s", text_of(b, v).p, text_of(b, other).p);
}

static inline void assert_error(struct bench *b, uint32_t i, const char *path, const char *message)
{
	struct value e = value_item(b->result.errors, i);
	struct value got_path = value_get(e, S("path")), got = value_get(e, S("message"));
	if (!str_eq(value_text(got_path), str_z(path)) || !str_eq(value_text(got), str_z(message)))
		fail_with("error %u is %s", i, text_of(b, e).p);
}

static inline void assert_has(str page, const char *part)
{
	if (str_find(page, str_z(part)) == SIZE_MAX)
		fail_with("\"%s\" is not in:\n%.*s", part, STR_ARG(page));
}

static inline void assert_has_not(str page, const char *part)
{
	if (str_find(page, str_z(part)) != SIZE_MAX)
		fail_with("\"%s\" is in:\n%.*s", part, STR_ARG(page));
}

#define FORM_TEST(name)                         \
	static void name##_with(struct bench *b); \
	static void name(void **state)          \
	{                                       \
		(void)state;                    \
		struct bench *b = bench_new();  \
		name##_with(b);                 \
		bench_free(b);                  \
	}                                       \
	static void name##_with(struct bench *b)

#endif

/*
 * What form-js makes of a form and its input, and what we make of it: the same values submitted,
 * the same fields in error. form-js itself is asked at the time of the test, in Node (see
 * form_oracle/oracle.mjs), for every form in the folder and for generated ones. Where no Node is,
 * the runner fails. The few differences meant are told in docs/FORMS.md.
 */
#include "base/json.h"
#include "form/form.h"
#include "suite.h"

#include <math.h>
#include <unistd.h>

enum { OFFSET_VIETNAM = 420 };

/* Numbers as JavaScript holds them, everything else exactly. */
static bool is_same(struct value a, struct value b)
{
	if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER) {
		double x = decimal_to_double(a.number), y = decimal_to_double(b.number);
		return fabs(x - y) <= 1e-9 * fmax(1, fmax(fabs(x), fabs(y)));
	}
	if (a.kind != b.kind || a.n != b.n || (a.kind != VALUE_LIST && a.kind != VALUE_MAP))
		return value_eq(a, b);
	for (uint32_t i = 0; i < a.n; i++) {
		const struct value *other = a.kind == VALUE_LIST ?
						    &b.items[i] :
						    value_find(b, a.members[i].key);
		struct value mine = a.kind == VALUE_LIST ? a.items[i] : a.members[i].value;
		if (!other || !is_same(mine, *other))
			return false;
	}
	return true;
}

/* "F3.0.1": the element and its positions in the lists around it. */
static str error_name(struct arena *arena, struct value error)
{
	struct buf name = { .arena = arena };
	buf_str(&name, value_text(value_get(error, S("id"))));
	str path = value_text(value_get(error, S("path")));
	for (str part; str_next(&path, '.', &part);) {
		int64_t position;
		if (str_int(part, 0, INT32_MAX, &position))
			buf_printf(&name, ".%d", (int)position);
	}
	return buf_view(&name);
}

static bool has_error(struct arena *arena, struct value errors, str name)
{
	for (uint32_t i = 0; i < errors.n; i++)
		if (str_eq(error_name(arena, errors.items[i]), name))
			return true;
	return false;
}

static bool same_errors(struct arena *arena, struct value expected, struct value errors)
{
	for (uint32_t i = 0; i < expected.n; i++)
		if (!has_error(arena, errors, value_text(expected.items[i])))
			return false;
	return expected.n == errors.n;
}

/* A change as a browser would post it; lists and boxes with the empty value before. */
static struct value posted_value(struct arena *arena, struct value v)
{
	struct value list = value_list();
	if (v.kind == VALUE_STRING)
		return v;
	if (v.kind == VALUE_NUMBER)
		return value_str(decimal_text(arena, decimal_normal(v.number)));
	value_push(arena, &list, value_str(S("")));
	if (value_is_true(v))
		value_push(arena, &list, value_str(S("true")));
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++) {
		struct value item = v.items[i];
		bool number = item.kind == VALUE_NUMBER;
		value_push(arena, &list, number ? posted_value(arena, item) : item);
	}
	return list;
}

static struct value posted_changes(struct arena *arena, struct value changes)
{
	struct value posted = value_map();
	for (uint32_t i = 0; i < changes.n; i++) {
		str path = value_text(value_get(changes.items[i], S("path")));
		value_set(arena, &posted, arena_printf(arena, "f.%.*s", STR_ARG(path)),
			  posted_value(arena, value_get(changes.items[i], S("value"))));
	}
	return posted;
}

static str as_json(struct arena *arena, struct value v)
{
	struct buf out = { .arena = arena };
	json_write(&out, v);
	return buf_view(&out);
}

static str error_names(struct arena *arena, struct value errors)
{
	struct value names = value_list();
	for (uint32_t i = 0; i < errors.n; i++)
		value_push(arena, &names, value_str(error_name(arena, errors.items[i])));
	return as_json(arena, names);
}

static void compare(struct suite *suite, const char *name, struct value expected,
		    const struct form_result *result, struct arena *arena)
{
	struct value data = value_get(expected, S("data"));
	struct value errors = value_get(expected, S("errors"));
	bool data_same = is_same(result->submission, data);
	bool errors_same = same_errors(arena, errors, result->errors);
	struct buf why = { .arena = arena };
	if (!data_same)
		buf_printf(&why, "data %.*s, form-js %.*s ",
			   STR_ARG(as_json(arena, result->submission)),
			   STR_ARG(as_json(arena, data)));
	if (!errors_same)
		buf_printf(&why, "errors %.*s, form-js %.*s",
			   STR_ARG(error_names(arena, result->errors)),
			   STR_ARG(as_json(arena, errors)));
	suite_case(suite, data_same && errors_same, data.n > 0 || errors.n > 0, name, buf_z(&why));
}

/* Refused by form-js: strict mode must refuse it as well. */
static void expect_refusal(struct suite *suite, const char *name, struct value schema,
			   struct arena *arena)
{
	struct form_source source = { .schema = schema, .strict = true };
	struct form_fault fault;
	struct form *form;
	suite_case(suite, !form_load(arena, &source, &form, &fault), false, name,
		   "form-js refuses the form");
}

static void run_case(struct suite *suite, struct value line, struct arena *arena)
{
	struct ctx ctx = { .arena = arena };
	struct form_env env = { .ctx = &ctx, .offset = OFFSET_VIETNAM };
	struct value expected = value_get(line, S("result"));
	struct form_source source = { .schema = value_get(line, S("form")) };
	struct value data = value_get(line, S("data")), changes = value_get(line, S("changes"));
	const char *name = arena_copy(arena, value_text(value_get(line, S("name")))).p;
	struct form_fault fault;
	struct form_result result;
	struct form *form;
	if (value_find(expected, S("refused"))) {
		expect_refusal(suite, name, source.schema, arena);
	} else if (!form_load(arena, &source, &form, &fault)) {
		suite_case(suite, false, true, name, arena_copy(arena, fault.message).p);
	} else {
		if (changes.n)
			form_read(form, FORM_ALL, posted_changes(arena, changes), data, &env,
				  &result);
		else
			form_check(form, data, &env, &result);
		compare(suite, name, expected, &result, arena);
	}
}

/* Beside the sources: below the working folder, or two above the program. */
static const char *script_folder(char *room, size_t n)
{
	char program[2048];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	if (access("tests/form_oracle/oracle.mjs", R_OK) == 0)
		return "tests/form_oracle";
	for (int up = 0; up < 2 && length > 0; up++) {
		program[length] = 0;
		length = strrchr(program, '/') - program;
	}
	program[length > 0 ? length : 0] = 0;
	snprintf(room, n, "%s/../tests/form_oracle", program);
	return room;
}

/* What goes into the shell is quoted; quotes in paths are refused. */
static FILE *ask(const char *folder)
{
	char room[2200], command[8192];
	const char *scripts = script_folder(room, sizeof room);
	if (strchr(folder, '\'') || strchr(scripts, '\'')) {
		fputs("a path must not hold a quotation mark\n", stderr);
		exit(2);
	}
	snprintf(command, sizeof command,
		 "( [ -d '%s/node_modules' ] || (cd '%s' && npm ci --ignore-scripts --no-audit "
		 "--no-fund) >&2 ) && TZ=Asia/Ho_Chi_Minh node '%s/oracle.mjs' '%s'",
		 scripts, scripts, scripts, folder);
	return popen(command, "r");
}

int main(int argc, char **argv)
{
	struct suite suite = suite_start("form-oracle", argc, argv);
	FILE *answers = ask(suite.folder);
	char *text = NULL;
	size_t room = 0;
	int failed = 0;
	for (ssize_t n; answers && (n = getline(&text, &room, answers)) > 0;) {
		struct arena arena;
		struct value line;
		struct json_fault fault;
		arena_init(&arena);
		if (!json_parse(&arena, str_of(text, (size_t)n), &line, &fault))
			suite_case(&suite, false, true, "answer", fault.message);
		else if (value_find(value_get(line, S("result")), S("failed")))
			failed++;
		else
			run_case(&suite, line, &arena);
		arena_done(&arena);
	}
	free(text);
	if (!answers || pclose(answers) != 0) {
		fputs("form-js could not be asked\n", stderr);
		return 2;
	}
	if (failed)
		printf("%d more could not be compared: form-js itself failed\n", failed);
	return suite_finish(&suite);
}

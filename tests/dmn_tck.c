/*
 * dmn_tck DIR [--report]: runs every case of the DMN technology compatibility kit found under
 * DIR: *.dmn with *-test-*.xml beside it. Prints a line for each case that fails and ends
 *	suite: N of M (non-null N of M)
 * where non-null are the cases that expect a value. Exit 0 when all pass, or with --report.
 */
#include "base/buf.h"
#include "rules/dmn.h"
#include "rules/temporal.h"
#include "text/xml.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#define SCHEMA S("http://www.w3.org/2001/XMLSchema-instance")

struct tally {
	unsigned passed, all, non_null_passed, non_null;
};

/* ---- files ---- */

static bool read_file(struct arena *arena, str path, str *ret_text)
{
	FILE *file = fopen(path.p, "rb");
	struct buf out = { .arena = arena };
	size_t n;
	if (!file)
		return false;
	while ((n = fread(buf_reserve(&out, 65536), 1, 65536, file)) > 0)
		buf_wrote(&out, n);
	fclose(file);
	*ret_text = buf_view(&out);
	return true;
}

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

/* Names in a folder, sorted, so that every run prints the same. */
static str *list_folder(struct arena *arena, str path, size_t *ret_n)
{
	DIR *folder = opendir(path.p);
	str *names = NULL;
	size_t n = 0;
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		names = arena_grow(arena, names, n * sizeof *names, (n + 1) * sizeof *names);
		names[n++] = arena_copy(arena, str_z(entry->d_name));
	}
	if (folder)
		closedir(folder);
	if (n)
		qsort(names, n, sizeof *names, compare_names);
	*ret_n = n;
	return names;
}

static str join_path(struct arena *arena, str folder, str name)
{
	return arena_join(arena, (str[]){ folder, S("/"), name }, 3);
}

/* ---- models ---- */

struct library {
	struct arena *arena;
	str folder;
	int depth; /* of imports that import */
};

static const struct dmn_model *find_model(void *data, str space);

static struct dmn_model *load_model(struct library *library, str path, struct dmn_fault *fault)
{
	struct dmn_options options = { find_model, library };
	struct dmn_model *model;
	str text;
	if (!read_file(library->arena, path, &text)) {
		*fault = (struct dmn_fault){ .message = S("cannot be read") };
		return NULL;
	}
	return dmn_load(library->arena, text, &options, &model, fault) ? model : NULL;
}

/* Imports are found beside the model, by their namespace. */
static const struct dmn_model *find_model(void *data, str space)
{
	struct library *library = data;
	const struct dmn_model *found = NULL;
	struct dmn_fault fault;
	size_t n;
	str *names = list_folder(library->arena, library->folder, &n);
	if (library->depth == 5)
		return NULL;
	library->depth++;
	for (size_t i = 0; i < n && !found; i++) {
		str text;
		str path = join_path(library->arena, library->folder, names[i]);
		struct xml_node *root;
		struct xml_fault xml_fault;
		if (str_ends(names[i], S(".dmn")) && read_file(library->arena, path, &text) &&
		    xml_parse(library->arena, text, &root, &xml_fault) &&
		    str_eq(xml_get(root, S("namespace")), space))
			found = load_model(library, path, &fault);
	}
	library->depth--;
	return found;
}

/* ---- values in test files ---- */

static bool is_nil(const struct xml_node *node)
{
	return node && str_eq(xml_get_in(node, SCHEMA, S("nil")), S("true"));
}

static struct value read_simple(struct arena *arena, const struct xml_node *node)
{
	str type = xml_local(node, xml_get_in(node, SCHEMA, S("type")), NULL);
	struct decimal number;
	struct value v;
	if (is_nil(node))
		return value_null();
	if (str_empty(type) || str_eq(type, S("string")))
		return value_str(node->text);
	str text = str_trim(node->text);
	if (str_eq(type, S("boolean")))
		return value_bool(str_eq(text, S("true")) || str_eq(text, S("1")));
	if (decimal_parse_rounded(text, &number))
		return value_decimal(number);
	if (str_eq(type, S("date")) ? temporal_parse_date(arena, text, &v)
	    : str_eq(type, S("time")) ? temporal_parse_time(arena, text, &v)
	    : str_eq(type, S("dateTime")) ? temporal_parse_date_time(arena, text, &v)
					  : temporal_parse(arena, text, &v))
		return v;
	return value_str(node->text);
}

/* <value>, <list> with items, or components. */
static struct value read_value(struct arena *arena, const struct xml_node *node)
{
	const struct xml_node *list = xml_child(node, S(""), S("list"));
	const struct xml_node *simple = xml_child(node, S(""), S("value"));
	struct value v = value_null();
	if (is_nil(node) || is_nil(list))
		return v;
	if (simple)
		return read_simple(arena, simple);
	if (list) {
		v = value_list();
		for (struct xml_node *c = list->first; c; c = c->next)
			if (str_eq(c->name, S("item")))
				value_push(arena, &v, read_value(arena, c));
		return v;
	}
	if (!xml_child(node, S(""), S("component")))
		return v;
	v = value_map();
	for (struct xml_node *c = node->first; c; c = c->next)
		if (str_eq(c->name, S("component")))
			value_set(arena, &v, xml_get(c, S("name")), read_value(arena, c));
	return v;
}

/* ---- comparing ---- */

/* The kit's own runners compare numbers to some places only. */
static bool near(struct decimal a, struct decimal b)
{
	struct decimal difference, limit;
	if (decimal_cmp(a, b) == 0)
		return true;
	if (!decimal_sub(a, b, &difference) || !decimal_parse(S("0.00000001"), &limit))
		return false;
	return decimal_cmp(decimal_abs(difference), limit) <= 0;
}

static bool same(struct value got, struct value expected)
{
	if (got.kind != expected.kind)
		return false;
	if (got.kind == VALUE_NUMBER)
		return near(got.number, expected.number);
	if (got.kind == VALUE_LIST) {
		for (uint32_t i = 0; i < got.n && got.n == expected.n; i++)
			if (!same(got.items[i], expected.items[i]))
				return false;
		return got.n == expected.n;
	}
	if (got.kind == VALUE_MAP) {
		for (uint32_t i = 0; i < expected.n; i++) {
			const struct value *member = value_find(got, expected.members[i].key);
			if (!member || !same(*member, expected.members[i].value))
				return false;
		}
		return got.n == expected.n;
	}
	return value_is_true(feel_equal(got, expected));
}

/* ---- cases ---- */

struct kit_case {
	struct arena *arena;
	const struct dmn_model *model;
	const struct xml_node *node;
	struct value inputs;
	str file;
};

static void read_inputs(struct kit_case *c)
{
	c->inputs = value_map();
	for (struct xml_node *n = c->node->first; n; n = n->next) {
		if (!str_eq(n->name, S("inputNode")))
			continue;
		str name = xml_get(n, S("name")), space = xml_get(n, S("namespace"));
		if (!str_empty(space) && !str_eq(space, dmn_namespace(c->model)))
			name = arena_join(c->arena, (str[]){ space, S("#"), name }, 3);
		value_set(c->arena, &c->inputs, name, read_value(c->arena, n));
	}
}

static bool check_result(struct kit_case *c, const struct xml_node *result, bool *non_null)
{
	struct feel_warnings warnings;
	const struct feel_env env = { .now = INT64_C(1700000000000000) };
	const struct xml_node *node = xml_child(result, S(""), S("expected"));
	struct value expected = node ? read_value(c->arena, node) : value_null();
	str name = xml_get(result, S("name")), invocable = xml_get(c->node, S("invocableName"));
	str asked = str_empty(invocable) ? name : invocable;
	struct value got = dmn_decide(c->model, asked, c->arena, c->inputs, &env, &warnings);
	const struct value *part = str_empty(invocable) ? NULL : value_find(got, name);
	if (part)
		got = *part;
	*non_null |= !value_is_null(expected);
	if (same(got, expected))
		return true;
	str texts[] = { feel_to_literal(c->arena, got), feel_to_literal(c->arena, expected) };
	str id = xml_get(c->node, S("id"));
	printf("%.*s: %.*s: %.*s: got %.*s, expected %.*s", STR_ARG(c->file), STR_ARG(id),
	       STR_ARG(name), STR_ARG(texts[0]), STR_ARG(texts[1]));
	if (warnings.count)
		printf(" (%.*s)", STR_ARG(warnings.text[0]));
	putchar('\n');
	return false;
}

static void run_case(struct kit_case *c, struct tally *tally)
{
	bool passed = true, non_null = false;
	read_inputs(c);
	for (struct xml_node *n = c->node->first; n; n = n->next)
		if (str_eq(n->name, S("resultNode")))
			passed &= check_result(c, n, &non_null);
	tally->all++;
	tally->passed += passed;
	tally->non_null += non_null;
	tally->non_null_passed += non_null && passed;
}

static void run_file(str folder, str name, struct tally *tally)
{
	struct arena arena;
	struct xml_node *root;
	struct xml_fault xml_fault;
	struct dmn_fault fault = { .message = S("") };
	str text;
	arena_init(&arena);
	str path = join_path(&arena, folder, name);
	if (!read_file(&arena, path, &text) || !xml_parse(&arena, text, &root, &xml_fault)) {
		printf("%.*s: cannot be read\n", STR_ARG(name));
		tally->all++;
		arena_done(&arena);
		return;
	}
	struct library library = { &arena, folder, 0 };
	str file = xml_child_text(root, S(""), S("modelName"));
	const struct dmn_model *model =
		load_model(&library, join_path(&arena, folder, file), &fault);
	for (struct xml_node *n = root->first; n; n = n->next) {
		struct kit_case c = { &arena, model, n, value_map(), name };
		if (!str_eq(n->name, S("testCase")))
			continue;
		if (model) {
			run_case(&c, tally);
			continue;
		}
		printf("%.*s: %.*s: line %u: %.*s\n", STR_ARG(name), STR_ARG(file), fault.line,
		       STR_ARG(fault.message));
		tally->all++;
		tally->non_null++;
	}
	arena_done(&arena);
}

static void run_folder(str folder, struct tally *tally)
{
	struct arena arena;
	size_t n;
	struct stat about;
	arena_init(&arena);
	str *names = list_folder(&arena, folder, &n);
	for (size_t i = 0; i < n; i++) {
		str path = join_path(&arena, folder, names[i]);
		if (stat(path.p, &about) == 0 && S_ISDIR(about.st_mode))
			run_folder(path, tally);
		else if (str_find(names[i], S("-test-")) != SIZE_MAX &&
			 str_ends(names[i], S(".xml")))
			run_file(folder, names[i], tally);
	}
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	struct tally tally = { 0 };
	bool report = argc == 3 && strcmp(argv[2], "--report") == 0;
	if (argc != 2 && !report) {
		fprintf(stderr, "usage: dmn_tck DIR [--report]\n");
		return 2;
	}
	run_folder(str_z(argv[1]), &tally);
	printf("suite: %u of %u (non-null %u of %u)\n", tally.passed, tally.all,
	       tally.non_null_passed, tally.non_null);
	return report || (tally.all && tally.passed == tally.all) ? 0 : 1;
}

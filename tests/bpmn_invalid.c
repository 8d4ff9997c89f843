/*
 * Files that each break one rule of the standard: loading has to refuse every one, naming the
 * element and its line. With --accept DIR, the valid files of that folder have to load: refusing
 * everything is no answer.
 */
#include "base/json.h"
#include "flow/flow.h"
#include "suite.h"

static bool verbose;

static bool names_a_place(const struct flow_faults *faults)
{
	for (uint32_t i = 0; i < faults->count; i++)
		if (str_empty(faults->items[i].element) || faults->items[i].line == 0 ||
		    str_empty(faults->items[i].message))
			return false;
	return faults->count > 0;
}

static void must_be_refused(void *object, const char *path)
{
	struct suite *suite = object;
	struct flow_definition *definition;
	struct flow_faults faults;
	struct arena arena;

	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	bool loaded = flow_load(&ctx, suite_read(&arena, path), &definition, &faults) == OK;

	suite_case(suite, !loaded && names_a_place(&faults), /* non_null= */ false, path,
		   loaded ? "was accepted" : "was refused without naming element and line");
	for (uint32_t i = 0; verbose && !loaded && i < faults.count; i++)
		printf("%s: line %u, %.*s: %.*s\n", path, faults.items[i].line,
		       STR_ARG(faults.items[i].element), STR_ARG(faults.items[i].message));
	arena_done(&arena);
}

/* Whether something is expected of the file other than an error. */
static bool is_valid(struct value cases)
{
	for (uint32_t i = 0; i < cases.n; i++) {
		struct value expect = value_get(cases.items[i], S("expect"));

		if (expect.n != 1 || !str_eq(value_text(expect.items[0]), S("ERROR")))
			return true;
	}
	return false;
}

static void must_load(struct suite *suite, const char *path)
{
	struct flow_definition *definition;
	struct flow_faults faults;
	struct arena arena;

	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	bool loaded = flow_load(&ctx, suite_read(&arena, path), &definition, &faults) == OK;

	suite_case(suite, loaded, /* non_null= */ true, path,
		   arena_printf(&arena, "was refused: %.*s", STR_ARG(ctx.fault.message)).p);
	arena_done(&arena);
}

static void accept_folder(struct suite *suite, const char *folder)
{
	struct arena arena;
	struct value expected;
	char path[4096];

	arena_init(&arena);
	snprintf(path, sizeof(path), "%s/expected.json", folder);
	if (!json_parse(&arena, suite_read(&arena, path), &expected, NULL))
		exit(2);
	for (uint32_t i = 0; i < expected.n; i++) {
		if (!is_valid(value_get(expected.members[i].value, S("cases"))))
			continue;
		snprintf(path, sizeof(path), "%s/%.*s.bpmn", folder,
			 STR_ARG(expected.members[i].key));
		must_load(suite, path);
	}
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	const char *accept = NULL;
	int kept = 1;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--accept") == 0 && i + 1 < argc)
			accept = argv[++i];
		else if (strcmp(argv[i], "--verbose") == 0)
			verbose = true;
		else
			argv[kept++] = argv[i];
	}
	struct suite suite = suite_start("suite", kept, argv);

	suite_walk(suite.folder, S(".bpmn"), must_be_refused, &suite);
	if (accept)
		accept_folder(&suite, accept);
	return suite_finish(&suite);
}

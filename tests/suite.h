/*
 * suite: what the runners of public suites share: walking a folder, counting, the last line.
 *
 *	struct suite suite = suite_start("json", argc, argv);
 *	suite_walk(&suite, suite.folder, S(".json"), run_file, &suite);
 *	return suite_finish(&suite);
 *
 * A runner takes the folder and optionally --report (exit 0 even with failures). It prints one
 * line for each failing case and ends "suite: N of M (non-null N of M)".
 */
#ifndef MOTCUA_TESTS_SUITE_H
#define MOTCUA_TESTS_SUITE_H

#include "base/buf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct suite {
	const char *name, *folder;
	bool report_only;
	int cases, passed, non_null_cases, non_null_passed;
};

static inline struct suite suite_start(const char *name, int argc, char **argv)
{
	struct suite suite = { .name = name };
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--report") == 0)
			suite.report_only = true;
		else
			suite.folder = argv[i];
	if (!suite.folder) {
		fprintf(stderr, "usage: %s DIR [--report]\n", argv[0]);
		exit(2);
	}
	return suite;
}

/* Counts one case; prints "FAIL name: where: why" where it failed. */
static inline void suite_case(struct suite *suite, bool passed, bool non_null, const char *where,
			      const char *why)
{
	suite->cases++;
	suite->passed += passed;
	suite->non_null_cases += non_null;
	suite->non_null_passed += non_null && passed;
	if (!passed)
		printf("FAIL %s: %s: %s\n", suite->name, where, why);
}

static inline int suite_finish(const struct suite *suite)
{
	printf("suite: %d of %d (non-null %d of %d)\n", suite->passed, suite->cases,
	       suite->non_null_passed, suite->non_null_cases);
	if (suite->report_only)
		return 0;
	return suite->cases > 0 && suite->passed == suite->cases ? 0 : 1;
}

/* The whole file, or a message and exit 2. */
static inline str suite_read(struct arena *arena, const char *path)
{
	struct buf text = { .arena = arena };
	FILE *file = fopen(path, "rb");
	size_t n;
	if (!file) {
		perror(path);
		exit(2);
	}
	while ((n = fread(buf_reserve(&text, 4096), 1, 4096, file)) > 0)
		buf_wrote(&text, n);
	fclose(file);
	return str_of(buf_z(&text), text.n);
}

/* Calls `each` for every file below `folder` whose name ends so, in the order of names. */
static inline void suite_walk(const char *folder, str ending,
			      void (*each)(void *object, const char *path), void *object)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);
	if (n < 0) {
		perror(folder);
		exit(2);
	}
	for (int i = 0; i < n; i++) {
		char path[4096];
		struct stat info;
		snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && stat(path, &info) == 0) {
			if (S_ISDIR(info.st_mode))
				suite_walk(path, ending, each, object);
			else if (str_ends(str_z(path), ending))
				each(object, path);
		}
		free(names[i]);
	}
	free(names);
}

#endif

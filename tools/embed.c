/*
 * embed: makes one C file of many files, to be compiled into the program (src/base/embed.h):
 *
 *	embed -o OUT.c -s SYMBOL [-d OUT.d] FOLDER|NAME=FILE…
 *
 * A FOLDER is taken whole, names being the paths below it; NAME=FILE takes one file under a name.
 * OUT.c defines `const struct embedded_set SYMBOL`, OUT.d lists what it was made of, folders
 * included, so that a file that comes or goes makes it anew. The bytes themselves are taken in by
 * the assembler: no compiler has to read them as numbers.
 */
#include "base/buf.h"
#include "base/embed.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct job {
	struct ctx ctx;
	struct arena arena;
	struct embedded *files;
	const char **paths;
	size_t n;
	struct buf depends;
};

static void die(const char *what, const char *which)
{
	fprintf(stderr, "embed: %s: %s\n", what, which);
	exit(1);
}

static void depend(struct job *job, const char *path)
{
	char whole[PATH_MAX];
	buf_printf(&job->depends, " \\\n %s", realpath(path, whole) ? whole : path);
}

static void add(struct job *job, struct embedded file, const char *path)
{
	char whole[PATH_MAX];
	if (!realpath(path, whole))
		die("no such file", path);
	job->files = arena_grow(&job->arena, job->files, job->n * sizeof file,
				(job->n + 1) * sizeof file);
	job->paths = arena_grow(&job->arena, job->paths, job->n * sizeof path,
				(job->n + 1) * sizeof path);
	job->files[job->n] = file;
	job->paths[job->n++] = arena_copy(&job->arena, str_z(whole)).p;
	depend(job, path);
}

/* The folders between the root of what is taken in and a file: their changes count. */
static void depend_on_folders(struct job *job, const char *folder, str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/')
			depend(job, arena_printf(&job->arena, "%s/%.*s", folder, (int)i, name.p).p);
}

static void add_folder(struct job *job, const char *folder)
{
	struct embedded_set set;
	if (embedded_folder(&job->ctx, folder, &set))
		die(job->ctx.fault.message.p, folder);
	depend(job, folder);
	for (size_t i = 0; i < set.n; i++) {
		str name = set.files[i].name;
		depend_on_folders(job, folder, name);
		add(job, set.files[i],
		    arena_printf(&job->arena, "%s/%.*s", folder, STR_ARG(name)).p);
	}
}

static void add_named(struct job *job, const char *name, const char *path)
{
	struct embedded_set set;
	const char *slash = strrchr(path, '/');
	const char *folder = slash ? arena_printf(&job->arena, "%.*s", (int)(slash - path), path).p
				   : ".";
	if (embedded_folder(&job->ctx, folder, &set))
		die(job->ctx.fault.message.p, path);
	const struct embedded *found = embedded_find(set, str_z(slash ? slash + 1 : path));
	if (!found)
		die("no such file", path);
	struct embedded file = *found;
	file.name = str_z(name);
	file.type = media_type(file.name);
	add(job, file, path);
}

static void take_argument(struct job *job, const char *argument)
{
	const char *equals = strchr(argument, '=');
	if (equals)
		add_named(job, arena_printf(&job->arena, "%.*s", (int)(equals - argument),
					    argument).p, equals + 1);
	else
		add_folder(job, argument);
}

/* ---- writing ---- */

static int by_name(const void *a, const void *b, void *files)
{
	const struct embedded *all = files;
	return str_cmp(all[*(const size_t *)a].name, all[*(const size_t *)b].name);
}

static void write_bytes(FILE *out, const char *symbol, size_t i, const char *kind,
			const char *path)
{
	fprintf(out, "__asm__(\".section .rodata\\n.balign 16\\n%s_%s_%zu:\\n.incbin \\\"%s\\\"\\n"
		".byte 0\\n.previous\\n\");\nextern const char %s_%s_%zu[];\n",
		symbol, kind, i, path, symbol, kind, i);
}

static void write_member(FILE *out, const char *member, const char *symbol, const char *kind,
			 size_t i, size_t n)
{
	fprintf(out, ", .%s = { %s_%s_%zu, %zu }", member, symbol, kind, i, n);
}

static void write_literal(FILE *out, const char *member, str s)
{
	fprintf(out, "%s.%s = { \"", strcmp(member, "name") == 0 ? "" : ", ", member);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\' || c < ' ' || c >= 0x7f)
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fprintf(out, "\", %zu }", s.n);
}

static void write_file(FILE *out, const struct job *job, const char *symbol, size_t i)
{
	const struct embedded *file = &job->files[i];
	fputs("\t{ ", out);
	write_literal(out, "name", file->name);
	write_member(out, "bytes", symbol, "plain", i, file->bytes.n);
	write_literal(out, "type", file->type);
	write_literal(out, "etag", file->etag);
	if (file->gzip.n)
		write_member(out, "gzip", symbol, "gzip", i, file->gzip.n);
	if (file->brotli.n)
		write_member(out, "brotli", symbol, "brotli", i, file->brotli.n);
	fputs(" },\n", out);
}

static void write_all(FILE *out, struct job *job, const char *symbol)
{
	size_t *order = ARENA_ARRAY(&job->arena, size_t, job->n);
	fputs("/* Made by tools/embed.c. */\n#include \"base/embed.h\"\n\n", out);
	for (size_t i = 0; i < job->n; i++) {
		order[i] = i;
		write_bytes(out, symbol, i, "plain", job->paths[i]);
		if (job->files[i].gzip.n)
			write_bytes(out, symbol, i, "gzip",
				    arena_printf(&job->arena, "%s.gz", job->paths[i]).p);
		if (job->files[i].brotli.n)
			write_bytes(out, symbol, i, "brotli",
				    arena_printf(&job->arena, "%s.br", job->paths[i]).p);
	}
	if (job->n)
		qsort_r(order, job->n, sizeof *order, by_name, job->files);
	fprintf(out, "\nextern const struct embedded_set %s;\n", symbol);
	fprintf(out, "static const struct embedded files[] = {\n");
	for (size_t i = 0; i < job->n; i++)
		write_file(out, job, symbol, order[i]);
	fprintf(out, "%s};\nconst struct embedded_set %s = { files, %zu };\n",
		job->n ? "" : "\t{ .name = { \"\", 0 } },\n", symbol, job->n);
}

static FILE *create(const char *path)
{
	FILE *out = fopen(path, "w");
	if (!out)
		die("cannot be written", path);
	return out;
}

static void finish(FILE *out, const char *path)
{
	if (fclose(out) != 0)
		die("cannot be written", path);
}

int main(int argc, char **argv)
{
	const char *output = NULL, *symbol = NULL, *depends = NULL;
	struct job job = { 0 };
	arena_init(&job.arena);
	job.ctx.arena = &job.arena;
	job.depends.arena = &job.arena;
	for (int i = 1; i < argc; i++) {
		const char **option = strcmp(argv[i], "-o") == 0 ? &output :
				      strcmp(argv[i], "-s") == 0 ? &symbol :
				      strcmp(argv[i], "-d") == 0 ? &depends : NULL;
		if (option && i + 1 < argc)
			*option = argv[++i];
		else
			take_argument(&job, argv[i]);
	}
	if (!output || !symbol)
		die("usage", "embed -o OUT.c -s SYMBOL [-d OUT.d] FOLDER|NAME=FILE…");
	FILE *out = create(output);
	write_all(out, &job, symbol);
	finish(out, output);
	if (depends) {
		out = create(depends);
		fprintf(out, "%s:%.*s\n", output, STR_ARG(buf_view(&job.depends)));
		finish(out, depends);
	}
	arena_done(&job.arena);
	return 0;
}

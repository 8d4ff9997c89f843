/*
 * template_messages: the texts of templates that are translated.
 *
 *	template_messages FOLDER           as a gettext template (POT) on standard output
 *	template_messages FOLDER MO LANG   checks the catalogue: a translation must name the same
 *	                                   variables as its msgid; one line for each that does not,
 *	                                   exit 1 where there is any
 */
#include "base/embed.h"
#include "text/template.h"

#include <stdio.h>

struct job {
	struct ctx ctx;
	const struct language *language; /* NULL: write the POT */
	int faults;
};

static void write_quoted(const char *name, str s)
{
	printf("%s \"", name);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			putchar('\\');
		putchar(s.p[i]);
	}
	puts("\"");
}

static void write_entry(str file, const struct template_message *message)
{
	printf("\n#: %.*s:%d\n", STR_ARG(file), message->line);
	write_quoted("msgid", message->id);
	if (message->plural.n) {
		write_quoted("msgid_plural", message->plural);
		puts("msgstr[0] \"\"\nmsgstr[1] \"\"");
	} else {
		puts("msgstr \"\"");
	}
}

/* Takes the next {{…}} off. */
static bool next_tag(str *rest, str *ret_tag)
{
	size_t from = str_find(*rest, S("{{"));
	if (from == SIZE_MAX)
		return false;
	str after = str_slice(*rest, from, rest->n);
	size_t to = str_find(after, S("}}"));
	if (to == SIZE_MAX)
		return false;
	*ret_tag = str_slice(after, 0, to + 2);
	*rest = str_slice(after, to + 2, after.n);
	return true;
}

static bool has_all_tags(str of, str in)
{
	for (str tag; next_tag(&of, &tag);)
		if (str_find(in, tag) == SIZE_MAX)
			return false;
	return true;
}

static void check_entry(struct job *job, str file, const struct template_message *message)
{
	str translated = language_text(job->language, message->id);
	bool untranslated = str_eq(translated, message->id);
	/* The form for one may leave the number out. */
	str most = message->plural.n ? message->plural : message->id;
	if (untranslated || (has_all_tags(most, translated) && has_all_tags(translated, most)))
		return;
	printf("%.*s:%d: \"%.*s\" and \"%.*s\" do not name the same variables\n", STR_ARG(file),
	       message->line, STR_ARG(message->id), STR_ARG(translated));
	job->faults++;
}

static void die(const struct ctx *ctx)
{
	fprintf(stderr, "template_messages: %.*s\n", STR_ARG(ctx->fault.message));
	exit(2);
}

static void do_file(struct job *job, str folder, const struct embedded *file)
{
	struct template_message *messages;
	size_t n;
	str path = arena_printf(job->ctx.arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(file->name));
	if (template_messages(&job->ctx, path, file->bytes, &messages, &n))
		die(&job->ctx);
	for (size_t i = 0; i < n; i++)
		if (job->language)
			check_entry(job, path, &messages[i]);
		else
			write_entry(path, &messages[i]);
}

static const struct language *read_language(struct ctx *ctx, const char *path, const char *code)
{
	const struct language *language;
	struct buf mo = { .arena = ctx->arena };
	FILE *file = fopen(path, "rb");
	size_t n;
	while (file && (n = fread(buf_reserve(&mo, 4096), 1, 4096, file)) > 0)
		buf_wrote(&mo, n);
	if (!file || language_load(ctx, ctx->arena, str_z(code), buf_view(&mo), &language)) {
		fprintf(stderr, "template_messages: %s is no catalogue\n", path);
		exit(2);
	}
	fclose(file);
	return language;
}

int main(int argc, char **argv)
{
	struct arena arena;
	struct embedded_set set;
	arena_init(&arena);
	struct job job = { .ctx = { .arena = &arena } };
	if (argc != 2 && argc != 4) {
		fputs("usage: template_messages FOLDER [MO LANG]\n", stderr);
		return 2;
	}
	if (embedded_folder(&job.ctx, argv[1], &set))
		die(&job.ctx);
	if (argc == 4)
		job.language = read_language(&job.ctx, argv[2], argv[3]);
	else
		puts("msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"");
	for (size_t i = 0; i < set.n; i++)
		if (str_ends(set.files[i].name, S(".mustache")))
			do_file(&job, str_z(argv[1]), &set.files[i]);
	arena_done(&arena);
	return job.faults > 0;
}

#include "text/template_tree.h"

#include <stdlib.h>

#define ENDING ".mustache"

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct template *)a)->name, ((const struct template *)b)->name);
}

const struct template *book_find(const struct book *book, str name)
{
	struct template key = { .name = name };
	return book->n ? bsearch(&key, book->templates, book->n, sizeof key, by_name) : NULL;
}

static enum err link_node(struct ctx *ctx, str name, struct node *node, const struct book *book)
{
	bool calls = node->kind == NODE_PARTIAL || node->kind == NODE_PARENT;
	if (calls && !node->dynamic) {
		node->target = book_find(book, node->text);
		if (!node->target && book->options.only_safe_markup)
			return fail(ctx, ERR_INVALID, "%.*s:%d: There is no template %.*s",
				    STR_ARG(name), node->line, STR_ARG(node->text));
	}
	return template_link(ctx, name, &node->body, book);
}

enum err template_link(struct ctx *ctx, str name, struct nodes *nodes, const struct book *book)
{
	for (uint32_t i = 0; i < nodes->n; i++)
		TRY(link_node(ctx, name, &nodes->items[i], book));
	return OK;
}

static enum err compile(struct ctx *ctx, struct arena *arena, struct template *template)
{
	const struct parse_options options = {
		.open = S("{{"), .close = S("}}"), .book = template->book,
		.extended = template->book->language != NULL, .first_line = 1,
	};
	return template_parse(ctx, arena, template->name, template->source, &options,
			      &template->nodes);
}

static enum err load_book(struct ctx *ctx, struct arena *arena, struct embedded_set files,
			  struct book *book)
{
	book->templates = ARENA_ARRAY(arena, struct template, files.n);
	for (size_t i = 0; i < files.n; i++) {
		str name = files.files[i].name;
		if (!str_ends(name, S(ENDING)))
			continue;
		struct template *template = &book->templates[book->n++];
		template->name = str_slice(name, 0, name.n - (sizeof(ENDING) - 1));
		template->source = files.files[i].bytes;
		template->book = book;
		TRY(compile(ctx, arena, template));
	}
	/* Taking the ending off may have changed the order of names: "a.b" and "a". */
	qsort(book->templates, book->n, sizeof *book->templates, by_name);
	for (size_t i = 0; i < book->n; i++)
		TRY(template_link(ctx, book->templates[i].name, &book->templates[i].nodes, book));
	return OK;
}

enum err template_set_load(struct ctx *ctx, struct arena *arena, struct embedded_set files,
			   const struct template_options *options, struct template_set **ret_set)
{
	struct template_set *set = ARENA_NEW(arena, struct template_set);
	set->n = options->n ? options->n : 1;
	set->books = ARENA_ARRAY(arena, struct book, set->n);
	for (size_t i = 0; i < set->n; i++) {
		set->books[i].language = options->n ? options->languages[i] : NULL;
		set->books[i].options = *options;
		TRY(load_book(ctx, arena, files, &set->books[i]));
	}
	*ret_set = set;
	return OK;
}

static const struct book *book_of(const struct template_set *set, const struct language *language)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->books[i].language == language)
			return &set->books[i];
	return &set->books[0];
}

const struct template *template_set_get(const struct template_set *set, str name,
					const struct language *language)
{
	return book_find(book_of(set, language), name);
}

enum err template_compile(struct ctx *ctx, struct arena *arena, str name, str text,
			  const struct template_set *set, const struct language *language,
			  const struct template **ret_template)
{
	struct template *template = ARENA_NEW(arena, struct template);
	template->name = arena_copy(arena, name);
	template->source = arena_copy(arena, text);
	template->book = set ? book_of(set, language) : ARENA_NEW(arena, struct book);
	TRY(compile(ctx, arena, template));
	TRY(template_link(ctx, template->name, &template->nodes, template->book));
	*ret_template = template;
	return OK;
}

enum err template_messages(struct ctx *ctx, str name, str text,
			   struct template_message **ret_messages, size_t *ret_n)
{
	struct message_list list = { 0 };
	struct nodes nodes;
	const struct parse_options options = {
		.open = S("{{"), .close = S("}}"), .extended = true, .first_line = 1,
		.messages = &list,
	};
	TRY(template_parse(ctx, ctx->arena, name, text, &options, &nodes));
	*ret_messages = list.items;
	*ret_n = list.n;
	return OK;
}

#include "text/template_tree.h"

/* Runs of blanks and newlines count as one, none at the ends: so a template may break its lines
 * without changing the msgid. */
static str squeezed(struct arena *arena, str text)
{
	struct buf out = { .arena = arena };
	bool gap = false;
	for (size_t i = 0; i < text.n; i++) {
		bool blank = text.p[i] == ' ' || (text.p[i] >= '\t' && text.p[i] <= '\r');
		if (gap && !blank && out.n)
			buf_byte(&out, ' ');
		gap = blank;
		if (!blank)
			buf_byte(&out, text.p[i]);
	}
	return buf_view(&out);
}

static void collect(struct arena *arena, struct message_list *list, struct template_message message)
{
	if (list->n == list->room) {
		size_t room = list->room ? list->room * 2 : 32;
		list->items = arena_grow(arena, list->items, list->room * sizeof message,
					 room * sizeof message);
		list->room = room;
	}
	list->items[list->n++] = message;
}

/* Parses a translated text, which is a small template of its own, and adds its nodes. */
static enum err add_parsed(struct ctx *ctx, struct arena *arena, str name, str text,
			   const struct parse_options *options, struct nodes *nodes)
{
	struct nodes parsed;
	TRY(template_parse(ctx, arena, name, text, options, &parsed));
	for (uint32_t i = 0; i < parsed.n; i++)
		nodes_add(arena, nodes, parsed.items[i]);
	return OK;
}

static enum err add_plural(struct ctx *ctx, struct arena *arena, str name,
			   const struct message *message, const struct parse_options *options,
			   struct nodes *nodes)
{
	const struct language *language = options->book ? options->book->language : NULL;
	struct node plural = { .kind = NODE_PLURAL, .line = message->line };
	plural.name = name_of(arena, message->count, true);
	str forms = language ? language_plural_entry(language, message->one) : S("");
	if (str_empty(forms))
		forms = arena_printf(arena, "%.*s%c%.*s", STR_ARG(message->one), '\0',
				     STR_ARG(message->many));
	for (str form; str_next(&forms, '\0', &form);) {
		struct node one = { .kind = NODE_SECTION, .line = message->line };
		TRY(add_parsed(ctx, arena, name, form, options, &one.body));
		nodes_add(arena, &plural.body, one);
	}
	nodes_add(arena, nodes, plural);
	return OK;
}

enum err template_translate(struct ctx *ctx, struct arena *arena, str name,
			    const struct message *message, const struct parse_options *options,
			    struct nodes *nodes)
{
	struct message text = *message;
	struct parse_options inside = *options;
	text.one = squeezed(arena, message->one);
	text.many = squeezed(arena, message->many);
	inside.open = S("{{");
	inside.close = S("}}");
	inside.first_line = message->line;
	if (options->messages)
		collect(arena, options->messages,
			(struct template_message){ text.one, text.many, text.line });
	if (!str_empty(text.many))
		return add_plural(ctx, arena, name, &text, &inside, nodes);
	const struct language *language = options->book ? options->book->language : NULL;
	str translated = language ? language_text(language, text.one) : text.one;
	return add_parsed(ctx, arena, name, translated, &inside, nodes);
}

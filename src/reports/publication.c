#include "reports/publication.h"

#include "people/people.h"
#include "text/i18n.h"

/* What is said of every procedure. Steps are not asked for: without them nothing runs. */
static const struct {
	const char *path, *name;
} parts[] = {
	{ "title", N_("name") },           { "channels", N_("ways to file") },
	{ "papers", N_("papers") },        { "limit", N_("time limit") },
	{ "who", N_("who may apply") },    { "where", N_("where to file") },
	{ "result", N_("result") },        { "fee", N_("fee") },
	{ "apply_form", N_("form") },      { "legal_basis", N_("legal basis") },
};

static bool is_there(struct value part)
{
	switch (part.kind) {
	case VALUE_STRING:
		return !str_empty(value_text(part));
	case VALUE_LIST:
	case VALUE_MAP:
		return part.n > 0;
	default:
		return false;
	}
}

static str missing_of(struct ctx *ctx, const struct procedure *procedure)
{
	struct buf words = { .arena = ctx->arena };
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (is_there(value_get(procedure->body, str_z(parts[i].path))))
			continue;
		if (words.n)
			buf_str(&words, S(", "));
		buf_str(&words, str_z(ctx_text(ctx, parts[i].name)));
	}
	return buf_view(&words);
}

static bool has_channel(const struct procedure *procedure, str channel)
{
	struct value channels = value_get(procedure->body, S("channels"));
	for (uint32_t i = 0; channels.kind == VALUE_LIST && i < channels.n; i++)
		if (str_eq(value_text(channels.items[i]), channel))
			return true;
	return false;
}

static bool is_received(struct cases *cases, const struct procedure *procedure,
			const int64_t *organisations, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct organisation *o =
			organisation_by_id(cases_people(cases), organisations[i]);
		if (o && procedure_received_by(procedure, o))
			return true;
	}
	return false;
}

void publication_read(struct ctx *ctx, struct cases *cases, const int64_t *organisations,
		      size_t n_organisations, usec at, struct publication *ret)
{
	const struct procedure **items;
	str language = ctx->language ? language_code(ctx->language) : S("vi");
	size_t n;
	procedures_in_force(cases, ctx->arena, at, &items, &n);
	*ret = (struct publication){ .items = ARENA_ARRAY(ctx->arena, struct published, n + 1) };
	for (size_t i = 0; i < n; i++) {
		if (!is_received(cases, items[i], organisations, n_organisations))
			continue;
		str missing = missing_of(ctx, items[i]);
		struct published *p = &ret->items[ret->n++];
		*p = (struct published){
			.key = items[i]->name, .code = items[i]->code, .missing = missing,
			.name = procedure_text(items[i], S("title"), language),
			.complete = str_empty(missing), .online = has_channel(items[i], S("online")),
		};
		ret->complete += p->complete;
		ret->online += p->online;
	}
}

bool publication_knows(str figure)
{
	return str_eq(figure, S("procedures")) || str_eq(figure, S("procedures_complete")) ||
	       str_eq(figure, S("procedures_online"));
}

bool publication_counts(const struct published *procedure, str figure)
{
	if (str_eq(figure, S("procedures_complete")))
		return procedure->complete;
	return procedure->online || !str_eq(figure, S("procedures_online"));
}

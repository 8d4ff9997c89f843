/* Notices: the citizen is told by e-mail or SMS what happened, in the words of the pack's
 * notices.json, by the ways chosen for the case. */
#include "links/room.h"

#include "store/http.h"
#include "text/template.h"

/* ---- what happened, in the words of notices.json ---- */

static const struct {
	int64_t status;
	const char *word;
} statuses[] = {
	{ CASE_NOT_ACCEPTED, "refused" }, { CASE_WITHDRAWN, "withdrawn" },
	{ CASE_STOPPED, "stopped" },      { CASE_DONE, "ready" },
	{ CASE_RETURNED, "returned" },
};

static const struct {
	const char *kind, *word;
} kinds[] = {
	{ "case.accepted", "accepted" },
	{ "case.supplement_asked", "supplement" },
	{ "case.supplement_reminded", "reminder" },
	{ "case.apologised", "apology" },
};

static str word_of(const struct event *event)
{
	int64_t status = value_integer(value_path(event->open, S("set.status")), 0);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_eq(event->kind, str_z(kinds[i].kind)))
			return str_z(kinds[i].word);
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (status == statuses[i].status)
			return str_z(statuses[i].word);
	return S("");
}

struct value notice_of(const struct links *links, str word)
{
	struct value list = value_get(cases_setting(links->options.cases, S("notices")), S("notices"));
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n && !str_empty(word); i++)
		if (str_eq(value_text(value_get(list.items[i], S("when"))), word))
			return list.items[i];
	return value_null();
}

/* ---- what is said ---- */

struct value notice_plain(struct arena *arena, str text)
{
	return value_html((html){ arena_copy(arena, text) });
}

static struct value plain_items(struct arena *arena, struct value asked)
{
	struct value list = value_list();
	for (uint32_t i = 0; asked.kind == VALUE_LIST && i < asked.n; i++) {
		struct value item = value_map();
		value_append(arena, &item, S("text"),
			     notice_plain(arena, value_text(value_get(asked.items[i], S("text")))));
		value_push(arena, &list, item);
	}
	return list;
}

struct value notice_case(struct ctx *ctx, const struct links *links, const struct case_file *c)
{
	struct arena *arena = ctx->arena;
	struct cases *cases = links->options.cases;
	const struct procedure *procedure = case_procedure(cases, c);
	int zone = calendar_zone(cases_calendar(cases));
	struct value v = value_map();
	value_append(arena, &v, S("code"), value_str(c->code));
	value_append(arena, &v, S("title"),
		     notice_plain(arena, procedure ? procedure_text(procedure, S("title"), S("vi")) : S("")));
	value_append(arena, &v, S("due_at"),
		     c->due_at ? value_str(time_format(arena, c->due_at, zone)) : value_null());
	return v;
}

static struct value view_of(struct ctx *ctx, const struct links *links, const struct case_file *c,
			    const struct event *event)
{
	struct arena *arena = ctx->arena;
	const struct organisation *organisation =
		organisation_by_id(links->options.people, c->organisation);
	struct value view = value_map(), office = value_map(), tracking = value_map();
	struct value rating = value_map();
	struct value asked = value_path(event->closed, S("set.asked.items"));
	str text = value_text(value_get(event->closed, S("text")));
	const char *base = links->options.public_url ? links->options.public_url : "";
	value_append(arena, &view, S("case"), notice_case(ctx, links, c));
	value_append(arena, &office, S("name"),
		     notice_plain(arena, organisation ? organisation->name : S("")));
	value_append(arena, &office, S("phone"),
		     organisation ? value_get(organisation->data, S("phone")) : value_null());
	value_append(arena, &view, S("organisation"), office);
	value_append(arena, &view, S("reason"), str_empty(text) ? value_null() : notice_plain(arena, text));
	value_append(arena, &view, S("items"), plain_items(arena, asked));
	value_append(arena, &tracking, S("url"), notice_plain(arena, arena_printf(arena,
		"%s/tra-cuu?ma=%.*s", base, STR_ARG(c->code))));
	value_append(arena, &view, S("tracking"), tracking);
	str rate = case_rating_path(links->options.cases, arena, c->code);
	value_append(arena, &rating, S("url"), notice_plain(arena, arena_printf(arena, "%s%.*s", base,
		STR_ARG(rate))));
	value_append(arena, &view, S("rating"), rating);
	return view;
}

enum err notice_say(struct ctx *ctx, const struct links *links, struct value texts,
		    struct value view, str *ret_text)
{
	const struct template *template;
	struct buf out = { .arena = ctx->arena };
	str text = value_text(value_get(texts, S("vi")));
	TRY(template_compile(ctx, ctx->arena, S("notices.json"), text,
			     cases_templates(links->options.cases),
			     cases_vietnamese(links->options.cases), &template));
	TRY(template_render(ctx, template, view, &out));
	*ret_text = buf_view(&out);
	return OK;
}

/* ---- by which way ---- */

static enum err put(struct ctx *ctx, struct db *db, const struct case_file *c,
		    const struct event *event, const char *way, struct value payload)
{
	value_append(ctx->arena, &payload, S("language"), value_str(S("vi")));
	return outbox_add(ctx, db, &(struct outbox_new){
		.kind = str_z(way), .lane = str_z(way), .object = c->id, .payload = payload,
		.key = arena_printf(ctx->arena, "notice %lld", (long long)event->id) }, NULL);
}

static enum err by_mail(struct ctx *ctx, struct db *db, const struct links *links,
			const struct case_file *c, const struct event *event, struct value notice)
{
	struct value view = view_of(ctx, links, c, event), payload = value_map();
	str subject, text;
	TRY(notice_say(ctx, links, value_get(notice, S("subject")), view, &subject));
	TRY(notice_say(ctx, links, value_get(notice, S("mail")), view, &text));
	value_append(ctx->arena, &payload, S("to"), value_str(c->email));
	value_append(ctx->arena, &payload, S("subject"), value_str(subject));
	value_append(ctx->arena, &payload, S("text"), value_str(text));
	return put(ctx, db, c, event, "mail", payload);
}

static enum err by_sms(struct ctx *ctx, struct db *db, const struct links *links,
		       const struct case_file *c, const struct event *event, struct value notice)
{
	struct value payload = value_map();
	str text;
	TRY(notice_say(ctx, links, value_get(notice, S("sms")), view_of(ctx, links, c, event), &text));
	value_append(ctx->arena, &payload, S("to"), value_str(c->phone));
	value_append(ctx->arena, &payload, S("text"), value_str(text));
	return put(ctx, db, c, event, "sms", payload);
}

enum err notices_follow(struct ctx *ctx, struct db *db, const struct event *event, void *arg)
{
	const struct links *links = arg;
	struct value notice = notice_of(links, word_of(event));
	struct notice_choice choice;
	struct case_file c;
	if (notice.kind != VALUE_MAP || !event->object)
		return OK;
	enum err err = case_load_id(ctx, db, event->object, &c);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(case_notice_choice(ctx, db, &c, &choice));
	if (choice.mail && !str_empty(c.email) && value_find(notice, S("mail")))
		TRY(by_mail(ctx, db, links, &c, event, notice));
	if (choice.sms && !str_empty(c.phone) && value_find(notice, S("sms")) &&
	    links->options.sms.kind == VALUE_MAP)
		TRY(by_sms(ctx, db, links, &c, event, notice));
	return OK;
}

/* ---- the gateway ---- */

static const char *header(struct ctx *ctx, const char *name, str text)
{
	return arena_printf(ctx->arena, "%s: %.*s", name, STR_ARG(text)).p;
}

/* The gateway's own names for what is sent, and what it wants besides (sender, template …). */
static str gateway_body(struct ctx *ctx, struct value sms, const struct outbox_item *item)
{
	static const char *const parts[] = { "to", "text" };
	struct value names = value_get(sms, S("names")), body = value_get(sms, S("with"));
	struct buf text = { .arena = ctx->arena };
	body = body.kind == VALUE_MAP ? value_copy(ctx->arena, body) : value_map();
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		str name = value_text(value_get(names, str_z(parts[i])));
		value_set(ctx->arena, &body, str_empty(name) ? str_z(parts[i]) : name,
			  value_get(item->payload, str_z(parts[i])));
	}
	str key = value_text(value_get(names, S("key")));
	value_set(ctx->arena, &body, str_empty(key) ? S("key") : key, value_str(item->key));
	json_write(&text, body);
	return buf_view(&text);
}

enum err sms_send(struct ctx *ctx, struct store *store, const struct outbox_item *item, void *arg)
{
	const struct links *links = arg;
	struct value sms = links->options.sms, given = value_get(sms, S("headers"));
	const char *headers[HTTP_HEADERS];
	size_t n = 0;
	headers[n++] = header(ctx, "Idempotency-Key", item->key);
	for (uint32_t i = 0; given.kind == VALUE_MAP && i < given.n && n < HTTP_HEADERS; i++)
		headers[n++] = header(ctx, arena_copy(ctx->arena, given.members[i].key).p,
				      value_text(given.members[i].value));
	struct http_call call = {
		.url = arena_copy(ctx->arena, value_text(value_get(sms, S("url")))).p,
		.body = gateway_body(ctx, sms, item), .headers = headers, .n_headers = n,
	};
	(void)store;
	return http_post(ctx, &call);
}

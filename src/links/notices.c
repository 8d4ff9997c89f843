/* Notices: the citizen is told by e-mail or SMS what happened, in the words of the pack's
 * notices.json, by the ways chosen for the case. */
#include "links/room.h"

#include "base/log.h"
#include "cases/fee.h"
#include "store/http.h"
#include "text/template.h"

/* ---- what happened, in the words of notices.json ---- */

static const struct {
	int64_t status;
	const char *word;
} statuses[] = {
	{ CASE_NOT_ACCEPTED, "refused" }, { CASE_WITHDRAWN, "withdrawn" },
	{ CASE_STOPPED, "stopped" },      { CASE_DONE, "ready" },
	{ CASE_RETURNED, "returned" },    { CASE_DUTY, "fee" },
};

static const struct {
	const char *kind, *word;
} kinds[] = {
	{ "case.accepted", "accepted" },
	{ "case.supplement_asked", "supplement" },
	{ "case.supplement_reminded", "reminder" },
	{ "case.apologised", "apology" },
	{ "case.corrected", "corrected" },
	{ "case.reopened", "reopened" },
	{ "fee.paid", "paid" },
	{ "fee.refunded", "refunded" },
};

/* To officers: officers.c. */
static const char *const to_officers[] = { "step-soon", "step-late" };

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

/* One notice on its way. */
struct telling {
	const struct links *links;
	const struct event *event;
	struct case_file c;
	struct value notice, view;
};

static struct value money_of(struct arena *arena, int64_t amount)
{
	return amount > 0 ? notice_plain(arena, fee_money(arena, amount)) : value_null();
}

static struct value fee_of(struct arena *arena, const struct fee *fee)
{
	struct value v = value_map();
	value_append(arena, &v, S("due"), money_of(arena, fee->state == FEE_DUE ? fee->due : 0));
	value_append(arena, &v, S("paid"), money_of(arena, fee->paid));
	value_append(arena, &v, S("refunded"), money_of(arena, fee->refunded));
	return v;
}

static struct value office_of(struct arena *arena, const struct telling *t)
{
	const struct organisation *organisation =
		organisation_by_id(t->links->options.people, t->c.organisation);
	struct value office = value_map();
	value_append(arena, &office, S("name"),
		     notice_plain(arena, organisation ? organisation->name : S("")));
	value_append(arena, &office, S("phone"),
		     organisation ? value_get(organisation->data, S("phone")) : value_null());
	return office;
}

static struct value url_of(struct arena *arena, const struct telling *t, str path)
{
	const char *base = t->links->options.public_url ? t->links->options.public_url : "";
	struct value v = value_map();
	value_append(arena, &v, S("url"),
		     notice_plain(arena, arena_printf(arena, "%s%.*s", base, STR_ARG(path))));
	return v;
}

static struct value view_of(struct ctx *ctx, const struct telling *t, const struct fee *fee)
{
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	str text = value_text(value_get(t->event->closed, S("text")));
	value_append(arena, &view, S("case"), notice_case(ctx, t->links, &t->c));
	value_append(arena, &view, S("organisation"), office_of(arena, t));
	value_append(arena, &view, S("reason"), str_empty(text) ? value_null() : notice_plain(arena, text));
	value_append(arena, &view, S("items"),
		     plain_items(arena, value_path(t->event->closed, S("set.asked.items"))));
	value_append(arena, &view, S("fee"), fee_of(arena, fee));
	value_append(arena, &view, S("tracking"), url_of(arena, t, arena_printf(arena,
		     "/tra-cuu?ma=%.*s", STR_ARG(t->c.code))));
	value_append(arena, &view, S("rating"), url_of(arena, t,
		     case_rating_path(t->links->options.cases, arena, t->c.code)));
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

static enum err put(struct ctx *ctx, struct db *db, const struct telling *t, const char *way,
		    struct value payload)
{
	value_append(ctx->arena, &payload, S("language"), value_str(S("vi")));
	return outbox_add(ctx, db, &(struct outbox_new){
		.kind = str_z(way), .lane = str_z(way), .object = t->c.id, .payload = payload,
		.key = arena_printf(ctx->arena, "notice %lld", (long long)t->event->id) }, NULL);
}

static enum err by_mail(struct ctx *ctx, struct db *db, const struct telling *t)
{
	struct value payload = value_map();
	str subject, text;
	TRY(notice_say(ctx, t->links, value_get(t->notice, S("subject")), t->view, &subject));
	TRY(notice_say(ctx, t->links, value_get(t->notice, S("mail")), t->view, &text));
	value_append(ctx->arena, &payload, S("to"), value_str(t->c.email));
	value_append(ctx->arena, &payload, S("subject"), value_str(subject));
	value_append(ctx->arena, &payload, S("text"), value_str(text));
	return put(ctx, db, t, "mail", payload);
}

static enum err by_sms(struct ctx *ctx, struct db *db, const struct telling *t)
{
	struct value payload = value_map();
	str text;
	TRY(notice_say(ctx, t->links, value_get(t->notice, S("sms")), t->view, &text));
	value_append(ctx->arena, &payload, S("to"), value_str(t->c.phone));
	value_append(ctx->arena, &payload, S("text"), value_str(text));
	return put(ctx, db, t, "sms", payload);
}

/* A text that cannot be made must not stop all that come after it: it is left out, and logged. */
static enum err unless_unsayable(struct ctx *ctx, enum err err)
{
	if (err != ERR_INVALID)
		return err;
	log_fault(&ctx->fault, "notices");
	ctx->fault = (struct fault){ 0 };
	return OK;
}

enum err notices_follow(struct ctx *ctx, struct db *db, const struct event *event, void *arg)
{
	struct telling t = { .links = arg, .event = event };
	struct notice_choice choice;
	struct fee fee;
	t.notice = notice_of(t.links, word_of(event));
	if (t.notice.kind != VALUE_MAP || !event->object)
		return OK;
	enum err err = case_load_id(ctx, db, event->object, &t.c);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(case_notice_choice(ctx, db, &t.c, &choice));
	TRY(fee_load(ctx, db, &t.c, &fee));
	t.view = view_of(ctx, &t, &fee);
	if (choice.mail && !str_empty(t.c.email) && value_find(t.notice, S("mail")))
		TRY(unless_unsayable(ctx, by_mail(ctx, db, &t)));
	if (choice.sms && !str_empty(t.c.phone) && value_find(t.notice, S("sms")) &&
	    t.links->options.sms.kind == VALUE_MAP)
		TRY(unless_unsayable(ctx, by_sms(ctx, db, &t)));
	return OK;
}

/* ---- whether a pack's notices hold ---- */

static bool is_word(str word)
{
	bool found = false;
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		found = found || str_eq(word, str_z(statuses[i].word));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		found = found || str_eq(word, str_z(kinds[i].word));
	for (size_t i = 0; i < ARRAY_SIZE(to_officers); i++)
		found = found || str_eq(word, str_z(to_officers[i]));
	return found;
}

static enum err check_notice(struct ctx *ctx, struct value notice, const struct template_set *set,
			     const struct language *language)
{
	static const str texts[] = { S("subject"), S("mail"), S("sms") };
	str word = value_text(value_get(notice, S("when")));
	const struct template *template;
	if (!is_word(word))
		return fail(ctx, ERR_INVALID, "notices.json: “%.*s” is nothing that is told",
			    STR_ARG(word));
	if (value_find(notice, S("mail")) && !value_find(notice, S("subject")))
		return fail(ctx, ERR_INVALID, "notices.json, %.*s: an e-mail needs a subject",
			    STR_ARG(word));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		str text = value_text(value_get(value_get(notice, texts[i]), S("vi")));
		str name = arena_printf(ctx->arena, "%.*s, %.*s", STR_ARG(word), STR_ARG(texts[i]));
		if (!value_find(notice, texts[i]))
			continue;
		if (str_empty(text))
			return fail(ctx, ERR_INVALID,
				    "notices.json, %.*s: the text in Vietnamese is missing",
				    STR_ARG(name));
		TRY(template_compile(ctx, ctx->arena, name, text, set, language, &template));
	}
	return OK;
}

enum err notices_check(struct ctx *ctx, struct value file, const struct template_set *set,
		       const struct language *language)
{
	struct value list = value_get(file, S("notices"));
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++)
		TRY(check_notice(ctx, list.items[i], set, language));
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

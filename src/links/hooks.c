/* Web hooks: other systems are told what happened to cases. The message is made of the event's public
 * part only, the same at every try, and signed:
 *
 *	Motcua-Signature: t=<seconds>,v1=<hex of HMAC-SHA-256(secret, "<t>.<body>")>
 *	Idempotency-Key: <hook>:<event>
 */
#include "links/room.h"

#include "store/http.h"

#include <sodium.h>

static enum err row_hook(const struct rows *r, struct hook *hook)
{
	*hook = (struct hook){ row_int(r, 0), row_str(r, 1), row_str(r, 2), row_str(r, 3),
			       row_int(r, 4), row_int(r, 5) != 0 };
	return OK;
}

enum err hooks_read(struct ctx *ctx, struct db *db, struct hook_list *ret_list)
{
	struct rows rows;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT COUNT(*) FROM link_hook")));
	*ret_list = (struct hook_list){ ARENA_ARRAY(ctx->arena, struct hook, (size_t)n + 1), 0 };
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, name, url, kinds, organisation, active FROM link_hook"
			 " ORDER BY id")));
	while (ret_list->n < (size_t)n && rows_next(&rows))
		row_hook(&rows, &ret_list->items[ret_list->n++]);
	return rows_end(&rows);
}

str hook_secret(struct links *links, struct arena *arena, int64_t id)
{
	return case_keyed_code(links->options.cases, arena,
			       arena_printf(arena, "hook %lld", (long long)id), 32);
}

str hook_lane(struct arena *arena, int64_t id)
{
	return arena_printf(arena, "hook %.*s", STR_ARG(id_text(arena, id)));
}

/* ---- saving ---- */

struct saving {
	struct links *links;
	int64_t account;
	struct hook hook;
};

static enum err check_hook(struct ctx *ctx, const struct hook *hook)
{
	bool web = str_starts(hook->url, S("https://")) || str_starts(hook->url, S("http://"));
	if (str_empty(hook->name))
		return fail(ctx, ERR_INVALID, "Give the other system a name");
	if (!web || str_find_byte(hook->url, ' ') != SIZE_MAX || hook->url.n > 500)
		return fail(ctx, ERR_INVALID,
			    "The address begins with https:// and has no blanks");
	return OK;
}

static enum err save(struct ctx *ctx, struct db *db, void *arg)
{
	const struct saving *saving = arg;
	struct hook hook = saving->hook;
	struct value open = value_map();
	if (!hook.id)
		hook.id = db_id(db);
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO link_hook (id, name, url, kinds, organisation, active, changed_at)"
		       " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET"
		       " name = excluded.name, url = excluded.url, kinds = excluded.kinds,"
		       " organisation = excluded.organisation, active = excluded.active,"
		       " changed_at = excluded.changed_at"),
		   hook.id, hook.name, hook.url, hook.kinds, hook.organisation, hook.active,
		   db_now(db)));
	value_set(ctx->arena, &open, S("name"), value_str(hook.name));
	value_set(ctx->arena, &open, S("url"), value_str(hook.url));
	value_set(ctx->arena, &open, S("kinds"), value_str(hook.kinds));
	value_set(ctx->arena, &open, S("active"), value_bool(hook.active));
	value_set(ctx->arena, &open, S("office"), value_str(id_text(ctx->arena, hook.organisation)));
	return event_append(ctx, db, &(struct event_new){
		.kind = S("hook.saved"), .object = hook.id, .actor = saving->account, .open = open },
		NULL);
}

enum err hook_save(struct ctx *ctx, struct links *links, int64_t account, const struct hook *hook)
{
	struct saving saving = { links, account, *hook };
	TRY(check_hook(ctx, hook));
	return store_write(ctx, links->options.store, save, &saving);
}

/* ---- verifying ---- */

/* An event of an older version does not say of which office. */
static bool hook_told(struct value open, const struct hook *hook)
{
	const struct value *office = value_find(open, S("office"));
	return str_eq(value_text(value_get(open, S("name"))), hook->name) &&
	       str_eq(value_text(value_get(open, S("url"))), hook->url) &&
	       str_eq(value_text(value_get(open, S("kinds"))), hook->kinds) &&
	       value_is_true(value_get(open, S("active"))) == hook->active &&
	       (!office || event_number(*office) == hook->organisation);
}

static enum err verify_hooks(struct ctx *ctx, struct db *db, void *arg)
{
	str *finding = arg;
	struct hook_list hooks;
	int64_t told;
	TRY(hooks_read(ctx, db, &hooks));
	TRY(db_int(ctx, db, 0, &told,
		   SQL("SELECT COUNT(DISTINCT object) FROM event WHERE kind = 'hook.saved'")));
	if (told != (int64_t)hooks.n)
		*finding = S("the number of web hooks");
	for (size_t i = 0; i < hooks.n; i++) {
		struct event_list events;
		TRY(event_list(ctx, db, hooks.items[i].id, &events));
		if (!events.n || !hook_told(events.items[events.n - 1].open, &hooks.items[i]))
			*finding = arena_printf(ctx->arena, "the web hook “%.*s”",
						STR_ARG(hooks.items[i].name));
	}
	return OK;
}

enum err links_verify(struct ctx *ctx, struct links *links, str *ret_finding)
{
	*ret_finding = S("");
	return store_read(ctx, links->options.store, verify_hooks, ret_finding);
}

/* ---- which events ---- */

static bool has_word(str words, str wanted)
{
	for (str word; str_next(&words, ' ', &word);)
		if (str_eq(word, wanted))
			return true;
	return false;
}

static bool wants(const struct links *links, const struct hook *hook, const struct event *event)
{
	bool of_case = str_starts(event->kind, S("case.")) || str_starts(event->kind, S("task."));
	if (!hook->active || !of_case || !event->object)
		return false;
	if (!str_empty(hook->kinds) && !has_word(hook->kinds, event->kind))
		return false;
	return !hook->organisation ||
	       organisation_within(links->options.people, event->organisation, hook->organisation);
}

enum err hooks_follow(struct ctx *ctx, struct db *db, const struct event *event, void *arg)
{
	struct links *links = arg;
	struct hook_list hooks;
	TRY(hooks_read(ctx, db, &hooks));
	for (size_t i = 0; i < hooks.n; i++) {
		struct value payload = value_map();
		str hook = id_text(ctx->arena, hooks.items[i].id);
		str id = id_text(ctx->arena, event->id);
		if (!wants(links, &hooks.items[i], event))
			continue;
		value_append(ctx->arena, &payload, S("hook"), value_str(hook));
		value_append(ctx->arena, &payload, S("event"), value_str(id));
		value_append(ctx->arena, &payload, S("to"), value_str(hooks.items[i].name));
		TRY(outbox_add(ctx, db, &(struct outbox_new){
			.kind = S("webhook"), .object = event->object, .payload = payload,
			.key = arena_join(ctx->arena, (str[]){ hook, S(":"), id }, 3),
			.lane = hook_lane(ctx->arena, hooks.items[i].id) }, NULL));
	}
	return OK;
}

enum err hook_try(struct ctx *ctx, struct db *db, const struct hook *hook)
{
	struct value payload = value_map();
	str id = id_text(ctx->arena, hook->id);
	value_append(ctx->arena, &payload, S("hook"), value_str(id));
	value_append(ctx->arena, &payload, S("to"), value_str(hook->name));
	return outbox_add(ctx, db, &(struct outbox_new){
		.kind = S("webhook"), .payload = payload, .lane = hook_lane(ctx->arena, hook->id),
		.key = arena_join(ctx->arena, (str[]){ id, S(":try:"),
				  id_text(ctx->arena, db_id(db)) }, 3) }, NULL);
}

/* ---- sending ---- */

struct message {
	struct links *links;
	int64_t hook_id, event_id;
	struct hook hook;
	struct event event;
	struct case_file c;
	str source_code, key;
	bool there;
};

static enum err read_message(struct ctx *ctx, struct db *db, void *arg)
{
	struct message *m = arg;
	struct hook_list hooks;
	m->there = false;
	TRY(hooks_read(ctx, db, &hooks));
	for (size_t i = 0; i < hooks.n; i++)
		if (hooks.items[i].id == m->hook_id) {
			m->hook = hooks.items[i];
			m->there = true;
		}
	if (!m->event_id)
		return OK;
	TRY(event_load(ctx, db, m->event_id, &m->event));
	TRY(case_load_id(ctx, db, m->event.object, &m->c));
	return db_text(ctx, db, &m->source_code,
		       SQL("SELECT source_code FROM case_source WHERE organisation = $1"
			   " AND case_id = $2"), m->c.organisation, m->c.id);
}

/* Tells nothing: whoever set the address up sees that it is reached. */
static str body_of_try(struct ctx *ctx, const struct message *m, usec at)
{
	struct value body = value_map();
	struct buf text = { .arena = ctx->arena };
	int zone = calendar_zone(cases_calendar(m->links->options.cases));
	value_append(ctx->arena, &body, S("id"), value_str(m->key));
	value_append(ctx->arena, &body, S("kind"), value_str(S("try")));
	value_append(ctx->arena, &body, S("at"), value_str(time_format(ctx->arena, at, zone)));
	json_write(&text, body);
	return buf_view(&text);
}

static str body_of(struct ctx *ctx, const struct message *m)
{
	struct arena *arena = ctx->arena;
	struct value body = value_map(), c = value_map();
	struct buf text = { .arena = arena };
	int zone = calendar_zone(cases_calendar(m->links->options.cases));
	const struct organisation *organisation =
		organisation_by_id(m->links->options.people, m->event.organisation);
	value_append(arena, &body, S("id"), value_str(id_text(arena, m->event.id)));
	value_append(arena, &body, S("kind"), value_str(m->event.kind));
	value_append(arena, &body, S("position"), value_int(m->event.position));
	value_append(arena, &body, S("at"),
		     value_str(time_format(arena, m->event.effective_at, zone)));
	value_append(arena, &c, S("code"), value_str(m->c.code));
	value_append(arena, &c, S("procedure"), value_str(m->c.procedure));
	if (!str_empty(m->source_code))
		value_append(arena, &c, S("source_code"), value_str(m->source_code));
	if (organisation)
		value_append(arena, &c, S("organisation"), value_str(organisation->code));
	value_append(arena, &body, S("case"), c);
	value_append(arena, &body, S("changes"), value_get(m->event.open, S("set")));
	value_append(arena, &body, S("tasks"), value_get(m->event.open, S("tasks")));
	json_write(&text, body);
	return buf_view(&text);
}

static str signature(struct arena *arena, str secret, int64_t at, str body)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	char hex[2 * sizeof mac + 1];
	str text = arena_printf(arena, "%lld.%.*s", (long long)at, STR_ARG(body));
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.p, secret.n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.p, text.n);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
	return arena_printf(arena, "Motcua-Signature: t=%lld,v1=%s", (long long)at, hex);
}

enum err hook_send(struct ctx *ctx, struct store *store, const struct outbox_item *item, void *arg)
{
	struct message m = { .links = arg, .key = item->key };
	str event = value_text(value_get(item->payload, S("event")));
	if (!id_parse(value_text(value_get(item->payload, S("hook"))), &m.hook_id) ||
	    (!str_empty(event) && !id_parse(event, &m.event_id)))
		return fail(ctx, ERR_INVALID, "This is no message of a web hook");
	TRY(store_read(ctx, store, read_message, &m));
	if (!m.there || !m.hook.active)
		return fail(ctx, ERR_INVALID, "The web hook is switched off");
	str body = m.event_id ? body_of(ctx, &m) : body_of_try(ctx, &m, item->added_at);
	str secret = hook_secret(arg, ctx->arena, m.hook_id);
	const char *headers[] = {
		signature(ctx->arena, secret, clock_real() / USEC_SECOND, body).p,
		arena_printf(ctx->arena, "Idempotency-Key: %.*s", STR_ARG(item->key)).p,
	};
	struct http_call call = { .url = arena_copy(ctx->arena, m.hook.url).p, .body = body,
				  .headers = headers, .n_headers = ARRAY_SIZE(headers),
				  .typed = true, .networks = m.links->options.networks };
	return http_post(ctx, &call);
}

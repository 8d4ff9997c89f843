/* Following one case: by code and PIN, without an account. Answers what is asked, or withdraws. */
#include "cases/endings.h"
#include "cases/fee.h"
#include "cases/letter.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/tracking.h"
#include "cases/view.h"

#include "text/template.h"
#include "web/view.h"

enum { CODE_BURST = 5, CODE_PER_HOUR = 20, ADDRESS_BURST = 30, ADDRESS_PER_HOUR = 120,
       LET_HOURS = 12 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

static str path_of(struct request *request, str code)
{
	return arena_printf(request->ctx.arena, "/tra-cuu/%.*s", STR_ARG(code));
}

/* ---- code and PIN ---- */

static enum err ask_view(struct request *request, struct response *response, str code)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Follow a case")));
	view_field(request, &view, "ma", ctx_text(&request->ctx, "Case code"), code);
	view_field_set(request, &view, "ma", "hint",
		       view_text(request, "On the receipt, for example 000.03.15.H17-150126-0001;"
				" or your identity number"));
	view_field(request, &view, "pin", ctx_text(&request->ctx, "PIN"), S(""));
	view_field_set(request, &view, "pin", "hint",
		       view_text(request, "Eight digits, on the receipt beside the code"));
	view_field_set(request, &view, "pin", "mode", value_str(S("numeric")));
	view_field_set(request, &view, "pin", "width", value_str(S("10")));
	view_field_set(request, &view, "pin", "complete", value_str(S("off")));
	value_set(arena, &view, S("action"), value_str(request_link(request, S("/tra-cuu"))));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "cases/track_ask", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

/* Five wrong PINs of a code, or many from one address, must wait; the code itself is never locked
 * for those who come with the right PIN from elsewhere later. */
static bool may_try(struct request *request, str code)
{
	struct arena *arena = request->ctx.arena;
	str of_code = arena_printf(arena, "pin:%.*s:%.*s", STR_ARG(code), STR_ARG(request->client));
	str of_address = arena_printf(arena, "pins:%.*s", STR_ARG(request->client));
	return web_rate_take(request->web, of_address, ADDRESS_BURST, ADDRESS_PER_HOUR) &&
	       web_rate_take(request->web, of_code, CODE_BURST, CODE_PER_HOUR);
}

struct pin_check {
	struct cases *cases;
	str code, pin;
	bool fits;
	int64_t case_id;
};

enum { CASES_TRIED = 20, ID_NUMBER_MIN = 9 };

static bool is_id_number(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n >= ID_NUMBER_MIN;
}

/* Who has lost the code has the number of the identity paper: the PIN says which case is meant. */
static enum err find_by_number(struct ctx *ctx, struct db *db, struct pin_check *check)
{
	str codes[CASES_TRIED];
	size_t n = 0;
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT code FROM case_file WHERE applicant_id = $1 AND applicant_id <> ''"
			 " ORDER BY id DESC LIMIT $2"), check->code, CASES_TRIED));
	while (n < CASES_TRIED && rows_next(&rows))
		codes[n++] = row_str(&rows, 0);
	TRY(rows_end(&rows));
	for (size_t i = 0; i < n && !check->fits; i++) {
		TRY(case_pin_fits(ctx, check->cases, db, codes[i], check->pin, &check->fits,
				  &check->case_id));
		if (check->fits)
			check->code = codes[i];
	}
	return OK;
}

static enum err check_pin(struct ctx *ctx, struct db *db, void *arg)
{
	struct pin_check *check = arg;
	if (is_id_number(check->code))
		return find_by_number(ctx, db, check);
	return case_pin_fits(ctx, check->cases, db, check->code, check->pin, &check->fits,
			     &check->case_id);
}

enum err tracking_prove(struct request *request, struct response *response, str code, str pin,
			str *ret_code)
{
	struct cases *cases = cases_of(request);
	struct pin_check check = { .cases = cases, .code = str_trim(code), .pin = str_trim(pin) };
	str tried = check.code;
	*ret_code = S("");
	if (!may_try(request, tried))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	TRY(store_read(&request->ctx, cases->store, check_pin, &check));
	if (!check.fits) {
		request_mistake(request, "ma", "Code and PIN do not belong together; look at the receipt");
		return OK;
	}
	web_rate_forget(request->web, arena_printf(request->ctx.arena, "pin:%.*s:%.*s", STR_ARG(tried),
			STR_ARG(request->client)));
	people_let_case(cases->people, response, check.case_id, LET_HOURS);
	*ret_code = check.code;
	return OK;
}

static enum err open_case(struct request *request, struct response *response, str code, str pin)
{
	str found;
	TRY(tracking_prove(request, response, code, pin, &found));
	if (str_empty(found))
		return ask_view(request, response, code);
	response_redirect(response, path_of(request, found));
	return OK;
}

/* The address in the QR code of the receipt brings both. */
static enum err ask_page(struct request *request, struct response *response)
{
	str code = request_query(request, "ma"), pin = request_query(request, "pin");
	response_private(response);
	if (!str_empty(code) && !str_empty(pin))
		return open_case(request, response, code, pin);
	return ask_view(request, response, code);
}

static enum err ask_post(struct request *request, struct response *response)
{
	return open_case(request, response, request_field(request, "ma"),
			 request_field(request, "pin"));
}

/* ---- the case ---- */

struct tracked {
	struct cases *cases;
	str code;
	struct case_file c;
	struct object object;
	struct value timeline, flow, tasks, fee, endings;
	str base;
	struct letters letters;
	struct notice_choice notices;
	struct calendar_due due;
	bool due_known;
};

static enum err read_tracked(struct ctx *ctx, struct db *db, void *arg)
{
	struct tracked *t = arg;
	TRY(case_load(ctx, db, t->code, &t->c));
	TRY(case_object(ctx, db, &t->c, &t->object));
	TRY(case_timeline(ctx, t->cases, db, &t->c, true, &t->timeline));
	TRY(case_flow_view(ctx, t->cases, db, &t->c, &t->flow));
	TRY(case_notice_choice(ctx, db, &t->c, &t->notices));
	TRY(letters_of(ctx, t->cases, db, &t->c, &t->letters));
	TRY(endings_view(ctx, t->cases, db, &t->c, false, &t->endings));
	TRY(fee_view(ctx, t->cases, db, &t->c, true, t->base, &t->fee));
	struct case_tasks tasks;
	TRY(case_tasks(ctx, t->cases, db, &t->c, &tasks));
	t->tasks = value_list();
	for (size_t i = 0; i < tasks.n; i++) {
		if (!tasks.items[i].open)
			continue;
		struct value holder = value_map();
		const struct organisation *agency =
			organisation_by_id(t->cases->people, tasks.items[i].agency);
		value_append(ctx->arena, &holder, S("step"), value_str(tasks.items[i].name));
		value_append(ctx->arena, &holder, S("office"),
			     value_str(organisation_name(agency, ctx_language(ctx))));
		value_append(ctx->arena, &holder, S("due_at"),
			     view_time(ctx, t->cases, tasks.items[i].due_at));
		value_push(ctx->arena, &t->tasks, holder);
	}
	t->due_known = t->c.due_at && !t->c.apologised &&
		       case_due(ctx, t->cases, &t->c, clock_business(), &t->due) == OK;
	return OK;
}

static enum err load_tracked(struct request *request, struct tracked *t)
{
	t->cases = cases_of(request);
	t->code = request_param(request, "code");
	t->base = request_link(request, path_of(request, t->code));
	return store_read(&request->ctx, t->cases->store, read_tracked, t);
}

/* The timeline as the partial wants it: newest first. */
struct value timeline_events(struct ctx *ctx, struct value timeline)
{
	struct arena *arena = ctx->arena;
	struct value events = value_list();
	for (uint32_t i = timeline.n; i-- > 0;) {
		struct value line = timeline.items[i], event = value_map();
		str who = value_text(value_get(line, S("who")));
		str office = value_text(value_get(line, S("office")));
		str by = str_empty(who) ? office : str_empty(office) ? who :
			arena_printf(arena, "%.*s, %.*s", STR_ARG(who), STR_ARG(office));
		value_append(arena, &event, S("title"), value_get(line, S("title")));
		value_append(arena, &event, S("by"), value_str(by));
		value_append(arena, &event, S("at"), value_get(line, S("at")));
		value_append(arena, &event, S("text"), value_get(line, S("text")));
		value_append(arena, &event, S("open"), value_bool(i + 1 == timeline.n));
		value_push(arena, &events, event);
	}
	return events;
}

static bool can_withdraw(const struct case_file *c)
{
	return c->status == CASE_NEW || c->status == CASE_ACCEPTED || c->status == CASE_PROCESSING ||
	       c->status == CASE_SUPPLEMENT || c->status == CASE_DUTY;
}

/* Null where there is neither address nor number to tell. */
static struct value notices_view(struct arena *arena, const struct tracked *t)
{
	struct value view = value_map();
	if (str_empty(t->c.email) && str_empty(t->c.phone))
		return value_null();
	value_append(arena, &view, S("mail"), value_bool(t->notices.mail));
	value_append(arena, &view, S("sms"), value_bool(t->notices.sms));
	value_append(arena, &view, S("email"),
		     str_empty(t->c.email) ? value_null() : value_str(t->c.email));
	value_append(arena, &view, S("phone"),
		     str_empty(t->c.phone) ? value_null() : value_str(t->c.phone));
	return view;
}

static enum err track_view(struct request *request, struct response *response, struct tracked *t)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	str base = request_link(request, path_of(request, t->code));
	view_page(request, &view, arena_printf(arena, ctx_text(ctx, "Case %.*s"), STR_ARG(t->code)));
	value_set(arena, &view, S("case"), case_public_view(ctx, t->cases, &t->c));
	value_set(arena, &view, S("subject"), value_str(t->c.subject));
	value_set(arena, &view, S("events"), timeline_events(ctx, t->timeline));
	value_set(arena, &view, S("timeline"), t->timeline);
	value_set(arena, &view, S("flow"), t->flow);
	value_set(arena, &view, S("holders"), t->tasks);
	value_set(arena, &view, S("fee"), t->fee);
	value_set(arena, &view, S("fee_qr"), fee_qr_view(request, t->fee));
	value_set(arena, &view, S("fee_first"), t->c.status == CASE_DUTY ? value_str(fee_money(arena,
		  value_integer(value_get(t->fee, S("amount")), 0))) : value_null());
	value_set(arena, &view, S("fee_stops"), value_bool(t->c.paused_at != 0));
	value_set(arena, &view, S("has_letters"), value_bool(t->letters.n > 0));
	value_set(arena, &view, S("letters"),
		  letters_view(request, &t->letters, path_of(request, t->code)));
	if (t->due_known) {
		value_set(arena, &view, S("due_reason"),
			  value_str(due_sentence(ctx, t->cases, &t->due)));
		value_set(arena, &view, S("days"), due_days_view(ctx, t->cases, &t->due));
	}
	if (t->c.status == CASE_SUPPLEMENT)
		value_set(arena, &view, S("asked"), t->c.asked);
	tracking_endings(ctx, t->cases, &t->c, t->endings, &view);
	value_set(arena, &view, S("notices"), notices_view(arena, t));
	value_set(arena, &view, S("until"), view_time(ctx, t->cases,
		value_integer(value_get(t->c.asked, S("answer_by")), 0)));
	value_set(arena, &view, S("can_withdraw"), value_bool(can_withdraw(&t->c)));
	value_set(arena, &view, S("rate_url"), t->c.finished_at ? value_str(request_link(request,
		  arena_printf(arena, "/danh-gia/%.*s", STR_ARG(t->code)))) : value_null());
	value_set(arena, &view, S("base"), value_str(base));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_private(response);
	response_view(response, "cases/track", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

/* Public as a route, because who may not is asked for the PIN, not for an account. */
static enum err track_page(struct request *request, struct response *response)
{
	struct tracked t = { 0 };
	enum err err = load_tracked(request, &t);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_NOT_FOUND ||
	    !may(cases_of(request)->people, request_principal(request), ACT_TRACK, &t.object)) {
		response_private(response);
		return ask_view(request, response, request_param(request, "code"));
	}
	return track_view(request, response, &t);
}

/* ---- what the citizen may do ---- */

struct object_of_code {
	str code;
	struct object *object;
};

static enum err read_object(struct ctx *ctx, struct db *db, void *arg)
{
	struct object_of_code *o = arg;
	struct case_file c;
	TRY(case_load(ctx, db, o->code, &c));
	return case_object(ctx, db, &c, o->object);
}

enum err tracking_object(struct request *request, const void **ret_object)
{
	struct object_of_code o = { request_param(request, "code"),
				    ARENA_NEW(request->ctx.arena, struct object) };
	TRY(store_read(&request->ctx, cases_of(request)->store, read_object, &o));
	*ret_object = o.object;
	return OK;
}

static enum err withdraw_post(struct request *request, struct response *response)
{
	str code = request_param(request, "code");
	struct actor who = { .principal = request_principal(request),
			     .reason = str_trim(request_field(request, "reason")) };
	TRY(case_withdraw(&request->ctx, cases_of(request), &who, code));
	response_flash(response, "success", "The case was withdrawn");
	response_redirect(response, path_of(request, code));
	return OK;
}

const struct route tracking_routes[] = {
	{ WEB_GET, "/tra-cuu", PERM_PUBLIC, ask_page },
	{ WEB_POST, "/tra-cuu", PERM_PUBLIC, ask_post },
	{ WEB_GET, "/tra-cuu/{code}", PERM_PUBLIC, track_page },
	{ WEB_POST, "/tra-cuu/{code}/rut", ACT_TRACK, withdraw_post, .object = tracking_object },
	{ 0 },
};

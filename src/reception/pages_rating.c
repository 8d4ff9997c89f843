/* How it was: the rating of a finished case, the faces at the counter, what they add up to. */
#include "reception/room.h"

#include "cases/endings.h"
#include "cases/tracking.h"
#include "cases/view.h"
#include "print/print.h"
#include "web/view.h"

enum { TRIES_BURST = 20, TRIES_PER_HOUR = 60 };

static const char *const grades[] = { N_("1 – very poor"), N_("2 – poor"), N_("3 – fair"),
				      N_("4 – good"), N_("5 – very good") };

/* ---- who may rate a case ---- */

struct rated {
	struct reception *reception;
	str code;
	struct case_file c;
	struct object object;
	struct rating rating;
};

static enum err read_rated(struct ctx *ctx, struct db *db, void *arg)
{
	struct rated *r = arg;
	TRY(case_load(ctx, db, r->code, &r->c));
	TRY(case_object(ctx, db, &r->c, &r->object));
	return rating_load(ctx, db, r->c.id, &r->rating);
}

static str rating_path(struct request *request, str code)
{
	return case_rating_path(reception_of(request)->cases, request->ctx.arena, code);
}

/* By the link on the return slip, or with the PIN. *ret_may false: the page asks for the PIN. */
static enum err load_rated(struct request *request, struct rated *r, bool *ret_may)
{
	*r = (struct rated){ .reception = reception_of(request),
			     .code = request_param(request, "code") };
	str token = request_query(request, "ma");
	/* By case: a whole ward rates from behind one address. */
	str key = arena_printf(request->ctx.arena, "rating:%.*s:%.*s", STR_ARG(r->code),
			       STR_ARG(request->client));
	*ret_may = false;
	/* Before looking: whether the case exists is not told by being refused. */
	if (!str_empty(token) && !web_rate_take(request->web, key, TRIES_BURST, TRIES_PER_HOUR))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	enum err err = store_read(&request->ctx, r->reception->store, read_rated, r);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*ret_may = may(r->reception->people, request_principal(request), ACT_TRACK, &r->object);
	if (!*ret_may && !str_empty(token))
		*ret_may = case_rating_fits(r->reception->cases, request->ctx.arena, r->code, token);
	if (*ret_may && !str_empty(token))
		web_rate_forget(request->web, key);
	return OK;
}

/* ---- the form ---- */

static struct value scale_items(struct request *request, const char *name, const char *const *words,
				int64_t chosen)
{
	struct arena *arena = request->ctx.arena;
	struct value items = value_list();
	for (int i = 5; i >= 1; i--) {
		struct value item = value_map();
		value_append(arena, &item, S("id"), value_str(i == 5 ? str_z(name) :
			     arena_printf(arena, "%s-%d", name, i)));
		value_append(arena, &item, S("value"), value_str(arena_printf(arena, "%d", i)));
		value_append(arena, &item, S("text"), view_text(request, words[i - 1]));
		value_append(arena, &item, S("note"), value_null());
		value_append(arena, &item, S("checked"), value_bool(chosen == i));
		value_append(arena, &item, arena_printf(arena, "face%d", i), value_bool(true));
		value_push(arena, &items, item);
	}
	return items;
}

static struct value scale_field(struct request *request, const char *name, const char *legend,
				const char *const *words, int64_t chosen)
{
	struct arena *arena = request->ctx.arena;
	struct value holder = value_map();
	view_field(request, &holder, name, "", S(""));
	view_field_set(request, &holder, name, "legend", view_text(request, legend));
	view_field_set(request, &holder, name, "items", scale_items(request, name, words, chosen));
	struct value field = value_get(holder, str_z(name));
	value_set(arena, &field, S("inline"), value_bool(false));
	return field;
}

static enum err show_rating(struct request *request, struct response *response, struct rated *r,
			    const struct rating *typed)
{
	struct arena *arena = request->ctx.arena;
	const struct rating *rating = typed ? typed : &r->rating;
	const struct procedure *procedure = case_procedure(r->reception->cases, &r->c);
	struct value view = value_map(), questions = value_list();
	for (int i = 0; i < RATING_QUESTIONS; i++)
		value_push(arena, &questions, scale_field(request, rating_questions[i].name,
			   rating_questions[i].text, grades, rating->answers[i]));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "How did we do?")));
	value_set(arena, &view, S("code"), value_str(r->code));
	value_set(arena, &view, S("procedure"), value_str(procedure ?
		  procedure_text(procedure, S("title"), request->language) : r->c.procedure));
	value_set(arena, &view, S("finished"), value_bool(r->c.finished_at != 0));
	value_set(arena, &view, S("given"), value_bool(r->rating.id != 0));
	value_set(arena, &view, S("frozen"),
		  value_bool(rating_is_frozen(&r->rating, clock_business())));
	value_set(arena, &view, S("level"), value_int(r->rating.level));
	value_set(arena, &view, S("given_text"), r->rating.level ?
		  view_text(request, rating_faces[r->rating.level - 1]) : value_null());
	value_set(arena, &view, S("overall"), scale_field(request, "muc",
		  N_("All in all, how satisfied are you?"), rating_faces, rating->level));
	value_set(arena, &view, S("questions"), questions);
	view_field(request, &view, "gop-y",
		   ctx_text(&request->ctx, "What should we do better? (you need not answer)"),
		   rating->comment);
	value_set(arena, &view, S("action"), value_str(request->target));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_private(response);
	response_view(response, "reception/rating", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static void ask_pin(struct request *request, struct response *response)
{
	response_private(response);
	response_redirect(response, arena_printf(request->ctx.arena, "/tra-cuu/%.*s",
						 STR_ARG(request_param(request, "code"))));
}

/* Who typed the address alone: the page that asks for code and PIN leads on to the rating. */
static enum err no_code(struct request *request, struct response *response)
{
	(void)request;
	response_redirect(response, S("/tra-cuu"));
	return OK;
}

static enum err rating_page(struct request *request, struct response *response)
{
	struct rated r;
	bool allowed;
	TRY(load_rated(request, &r, &allowed));
	if (allowed)
		return show_rating(request, response, &r, NULL);
	ask_pin(request, response);
	return OK;
}

static int64_t points(struct request *request, const char *name)
{
	int64_t n;
	return str_int(request_field(request, name), 1, 5, &n) ? n : 0;
}

static enum err rating_post(struct request *request, struct response *response)
{
	struct rating typed = { .level = points(request, "muc"),
				.comment = str_trim(request_field(request, "gop-y")) };
	struct rated r;
	bool allowed;
	TRY(load_rated(request, &r, &allowed));
	for (int i = 0; i < RATING_QUESTIONS; i++)
		typed.answers[i] = points(request, rating_questions[i].name);
	if (!allowed) {
		ask_pin(request, response);
		return OK;
	}
	if (!typed.level)
		request_mistake(request, "muc", "Choose one of the five faces");
	if (request_has_mistakes(request))
		return show_rating(request, response, &r, &typed);
	TRY(rating_give(&request->ctx, r.reception, r.code, &typed));
	response_flash(response, "success", "Thank you. Your answer was kept.");
	str token = request_query(request, "ma");
	response_redirect(response, str_empty(token) ?
		arena_printf(request->ctx.arena, "/danh-gia/%.*s", STR_ARG(r.code)) :
		rating_path(request, r.code));
	return OK;
}

static const struct field rating_fields[] = {
	{ "muc", N_("Satisfaction"), FIELD_CHOICE, .choices = "1|2|3|4|5" },
	{ "access", N_("Access"), FIELD_CHOICE, .choices = "1|2|3|4|5" },
	{ "course", N_("Procedure"), FIELD_CHOICE, .choices = "1|2|3|4|5" },
	{ "official", N_("Officials"), FIELD_CHOICE, .choices = "1|2|3|4|5" },
	{ "result", N_("Result"), FIELD_CHOICE, .choices = "1|2|3|4|5" },
	{ "handling", N_("Feedback"), FIELD_CHOICE, .choices = "1|2|3|4|5" },
	{ "gop-y", N_("Comment"), FIELD_TEXT, .max = 2000 },
	{ 0 },
};

/* ---- the link on paper ---- */

static enum err rated_object(struct request *request, const void **ret_object)
{
	struct rated *r = ARENA_NEW(request->ctx.arena, struct rated);
	r->code = request_param(request, "code");
	TRY(store_read(&request->ctx, reception_of(request)->store, read_rated, r));
	*ret_object = &r->object;
	return OK;
}

struct handed {
	struct cases *cases;
	str code;
	struct case_file c;
	struct value endings;
};

static enum err read_handed(struct ctx *ctx, struct db *db, void *arg)
{
	struct handed *h = arg;
	TRY(case_load(ctx, db, h->code, &h->c));
	return endings_view(ctx, h->cases, db, &h->c, false, &h->endings);
}

/* What goes with the result: what was handed over, and where to say how it was. */
static enum err rating_slip(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	str code = request_param(request, "code");
	struct handed h = { .cases = reception_of(request)->cases, .code = code };
	struct value view = value_map(), qr = value_map();
	str url = request_absolute(request, rating_path(request, code));
	html svg;
	TRY(store_read(&request->ctx, reception_of(request)->store, read_handed, &h));
	TRY(print_qr_svg(&request->ctx, url,
			 str_z(ctx_text(&request->ctx, "Code that opens the questions")), &svg));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Slip for the result")));
	tracking_endings(&request->ctx, h.cases, &h.c, h.endings, &view);
	value_set(arena, &view, S("case"), case_public_view(&request->ctx, h.cases, &h.c));
	value_set(arena, &view, S("applicant"), value_str(h.c.applicant));
	value_append(arena, &qr, S("svg"), value_html(svg));
	value_append(arena, &qr, S("url"), value_str(url));
	value_append(arena, &qr, S("text"), view_text(request, "Scan to tell us how it was"));
	value_set(arena, &view, S("qr"), qr);
	value_set(arena, &view, S("code"), value_str(code));
	response_view(response, "reception/rating_slip", view);
	return OK;
}

/* ---- faces at the counter ---- */

struct at_counter {
	struct seat seat;
	int64_t day;
	bool there; /* somebody was or is being served */
	struct ticket ticket;
};

static enum err read_at_counter(struct ctx *ctx, struct db *db, void *arg)
{
	struct at_counter *a = arg;
	int64_t id;
	TRY(db_int(ctx, db, 0, &id,
		   SQL("SELECT id FROM ticket WHERE organisation = $1 AND day = $2 AND counter = $3"
		       " AND state IN ('serving', 'served') ORDER BY called_at DESC, id DESC LIMIT 1"),
		   a->seat.hall->organisation->id, a->day, a->seat.counter->number));
	a->there = id != 0;
	return id ? ticket_load(ctx, db, id, &a->ticket) : OK;
}

/* The screen stands before the visitor: only the address with the hall's key opens it. */
static enum err load_at_counter(struct request *request, struct at_counter *a, str key)
{
	int64_t number;
	*a = (struct at_counter){ .day = hall_day(reception_of(request)) };
	a->seat.hall = request_hall(request);
	if (!a->seat.hall || !str_int(request_param(request, "counter"), 1, 99, &number) ||
	    !hall_counter(a->seat.hall, number))
		return no_hall(request);
	if (!is_kiosk(request, a->seat.hall, key))
		return fail(&request->ctx, ERR_FORBIDDEN, "This screen is opened from the officer's"
			    " page of the counter");
	a->seat.counter = hall_counter(a->seat.hall, number);
	return store_read(&request->ctx, reception_of(request)->store, read_at_counter, a);
}

static enum err faces_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	str key = request_query(request, "khoa");
	struct value view = value_map();
	struct at_counter a;
	TRY(load_at_counter(request, &a, key));
	bool ask = a.there && !a.ticket.level;
	view_page(request, &view, str_z(ctx_text(&request->ctx, "How did we do?")));
	put_hall(request, a.seat.hall, &view);
	value_set(arena, &view, S("number"), value_int(a.seat.counter->number));
	value_set(arena, &view, S("ticket"), ask ? ticket_view(request, a.seat.hall, &a.ticket)
						 : value_null());
	value_set(arena, &view, S("thanks"), value_bool(a.there && a.ticket.level));
	value_set(arena, &view, S("faces"), scale_items(request, "muc", rating_faces, 0));
	value_set(arena, &view, S("action"), value_str(request->target));
	value_set(arena, &view, S("key"), value_str(key));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_private(response);
	response_view(response, "reception/faces", view);
	return OK;
}

static enum err faces_post(struct request *request, struct response *response)
{
	str key = request_query(request, "khoa");
	struct at_counter a;
	int64_t ticket;
	TRY(load_at_counter(request, &a, key));
	/* The face is for the number that was on the screen, whoever came to the counter since. */
	if (id_parse(request_field(request, "so"), &ticket) && a.there && ticket == a.ticket.id)
		TRY(ticket_rate(&request->ctx, reception_of(request), ticket,
				points(request, "muc")));
	response_redirect(response, arena_printf(request->ctx.arena,
		"/danh-gia/quay/%.*s/%lld?khoa=%.*s", STR_ARG(a.seat.hall->organisation->code),
		(long long)a.seat.counter->number, STR_ARG(key)));
	return OK;
}

static const struct field faces_fields[] = {
	{ "muc", N_("Satisfaction"), FIELD_CHOICE, .choices = "1|2|3|4|5" },
	{ "so", N_("Number"), FIELD_LINE, .max = 30 },
	{ 0 },
};

/* ---- results ---- */

struct results {
	struct request *request;
	struct satisfaction_wanted wanted;
	struct satisfaction all;
	struct rating_row *rows[3];
	size_t n[3];
	str *officers;
	int64_t visits[6]; /* by level; 0: not rated */
};

static enum err read_visits(struct ctx *ctx, struct db *db, struct results *r)
{
	struct rows rows;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT level, COUNT(*) FROM ticket WHERE day >= $1 AND day <= $2"
			" AND state = 'served'"), r->wanted.from, r->wanted.to);
	sql_in(&q, SQL(" AND organisation"), r->wanted.organisations, r->wanted.n);
	sql_add(&q, SQL(" GROUP BY level"));
	TRY(db_query_built(ctx, db, &rows, &q));
	while (rows_next(&rows))
		if (row_int(&rows, 0) >= 0 && row_int(&rows, 0) <= 5)
			r->visits[row_int(&rows, 0)] = row_int(&rows, 1);
	return rows_end(&rows);
}

static enum err read_results(struct ctx *ctx, struct db *db, void *arg)
{
	struct results *r = arg;
	TRY(reception_satisfaction(ctx, db, &r->wanted, &r->all));
	for (int by = BY_ORGANISATION; by <= BY_OFFICER; by++)
		TRY(rating_rows(ctx, db, &r->wanted, (enum rating_by)by, &r->rows[by], &r->n[by]));
	r->officers = ARENA_ARRAY(ctx->arena, str, r->n[BY_OFFICER] + 1);
	for (size_t i = 0; i < r->n[BY_OFFICER]; i++) {
		int64_t id;
		if (str_int(r->rows[BY_OFFICER][i].key, 0, INT64_MAX, &id))
			TRY(account_name(ctx, db, id, &r->officers[i]));
	}
	return read_visits(ctx, db, r);
}

static str row_name(const struct results *r, int by, size_t i)
{
	const struct reception *reception = reception_of(r->request);
	str key = r->rows[by][i].key, language = r->request->language;
	int64_t id = 0;
	if (by == BY_OFFICER)
		return r->officers[i];
	if (by == BY_ORGANISATION)
		return str_int(key, 1, INT64_MAX, &id) ?
			organisation_name(organisation_by_id(reception->people, id), language) : key;
	const struct procedure *p = procedure_in_force(reception->cases, key, clock_business());
	return p ? procedure_text(p, S("title"), language) : key;
}

static void put_sums(struct arena *arena, struct value *view, const struct satisfaction *s)
{
	int64_t all = s->very + s->satisfied + s->not_satisfied;
	value_append(arena, view, S("answers"), value_int(all));
	value_append(arena, view, S("very"), value_int(s->very));
	value_append(arena, view, S("satisfied"), value_int(s->satisfied));
	value_append(arena, view, S("not_satisfied"), value_int(s->not_satisfied));
	value_append(arena, view, S("percent"), percent_view(s->very + s->satisfied, all));
}

static struct value rows_view(const struct results *r, int by)
{
	struct arena *arena = r->request->ctx.arena;
	struct value list = value_list();
	for (size_t i = 0; i < r->n[by]; i++) {
		const struct rating_row *row = &r->rows[by][i];
		struct value item = value_map(), marks = value_list();
		value_append(arena, &item, S("name"), value_str(row_name(r, by, i)));
		put_sums(arena, &item, &row->sums);
		for (int q = 0; q < RATING_QUESTIONS; q++) {
			struct value mark = value_map();
			value_append(arena, &mark, S("value"),
				     quotient_view(row->points[q], row->answers[q]));
			value_push(arena, &marks, mark);
		}
		value_append(arena, &item, S("marks"), marks);
		value_push(arena, &list, item);
	}
	return list;
}

static struct value group_view(const struct results *r, int by)
{
	static const char *const titles[] = { N_("By office"), N_("By procedure"), N_("By officer") };
	struct arena *arena = r->request->ctx.arena;
	struct value group = value_map();
	value_append(arena, &group, S("title"), view_text(r->request, titles[by]));
	value_append(arena, &group, S("rows"), rows_view(r, by));
	value_append(arena, &group, S("internal"), value_bool(by == BY_OFFICER));
	return group;
}

static struct value visits_view(const struct results *r)
{
	struct arena *arena = r->request->ctx.arena;
	struct satisfaction s = { r->visits[5], r->visits[4],
				  r->visits[1] + r->visits[2] + r->visits[3] };
	struct value view = value_map();
	put_sums(arena, &view, &s);
	value_append(arena, &view, S("served"), value_int(s.very + s.satisfied + s.not_satisfied +
							  r->visits[0]));
	return view;
}

static enum err results_page(struct request *request, struct response *response)
{
	struct results r = { .request = request };
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), groups = value_list(), all = value_map();
	int64_t *ids;
	r.wanted.n = request_organisations(request, ACT_REGISTER_SEE, &ids);
	r.wanted.organisations = ids;
	request_period(request, &r.wanted.from, &r.wanted.to);
	if (request_has_mistakes(request))
		r.wanted.to = r.wanted.from - 1;
	TRY(store_read(&request->ctx, reception_of(request)->store, read_results, &r));
	start_desk(request, &view, N_("Satisfaction"), "/ban/hai-long");
	put_sums(arena, &all, &r.all);
	for (int by = BY_ORGANISATION; by <= BY_OFFICER; by++)
		value_push(arena, &groups, group_view(&r, by));
	value_set(arena, &view, S("all"), all);
	value_set(arena, &view, S("visits"), visits_view(&r));
	value_set(arena, &view, S("groups"), groups);
	value_set(arena, &view, S("period"),
		  period_view(request, r.wanted.from, r.wanted.to, S("/ban/hai-long")));
	response_view(response, "reception/results", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

const struct route rating_routes[] = {
	{ WEB_GET, "/danh-gia", PERM_PUBLIC, no_code },
	{ WEB_GET, "/danh-gia/{code}", PERM_PUBLIC, rating_page },
	{ WEB_POST, "/danh-gia/{code}", PERM_PUBLIC, rating_post, .fields = rating_fields },
	{ WEB_GET, "/danh-gia/quay/{organisation}/{counter}", PERM_PUBLIC, faces_page },
	{ WEB_POST, "/danh-gia/quay/{organisation}/{counter}", PERM_PUBLIC, faces_post,
	  .fields = faces_fields },
	{ WEB_GET, "/ban/hai-long", ACT_REGISTER_SEE, results_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/hai-long/{code}", ACT_CASE_SEE, rating_slip, .object = rated_object,
	  .flags = ROUTE_MAIN },
	{ 0 },
};

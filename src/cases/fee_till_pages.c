/* One's own till: what must be in it, the count, the sheet that goes with the money. */
#include "cases/fee_desk.h"
#include "cases/room.h"
#include "cases/view.h"

#include "text/vietnamese.h"
#include "web/view.h"

enum { PIECES_MAX = 100000 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* ---- one's own till ---- */

struct own_till {
	const struct fee_office *o;
	struct fee_till till;
	struct grid counts;
	struct request *request;
};

static enum err read_till(struct ctx *ctx, struct db *db, void *arg)
{
	struct own_till *t = arg;
	struct rows rows;
	TRY(fee_till(ctx, db, t->o->organisation->id, t->o->principal->account, &t->till));
	t->counts = grid_new(t->request);
	grid_column(&t->counts, N_("Sheet"), false);
	grid_column(&t->counts, N_("Counted"), true);
	grid_column(&t->counts, N_("Difference"), true);
	grid_column(&t->counts, N_("Handed over to"), false);
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, sheet, counted_at, counted, expected, taker FROM till_count"
			 " WHERE organisation = $1 AND cashier = $2 ORDER BY sheet DESC LIMIT 30"),
		     t->o->organisation->id, t->o->principal->account));
	while (rows_next(&rows)) {
		struct civil at = time_civil(row_int(&rows, 2), calendar_zone(cases_calendar(t->o->cases)));
		struct value *cell = grid_cell(&t->counts, arena_printf(ctx->arena,
			"%lld – %02d/%02d/%04d", (long long)row_int(&rows, 1), at.day, at.month,
			(int)at.year));
		value_set(ctx->arena, cell, S("url"), value_str(request_link(t->request,
			arena_printf(ctx->arena, FEE_HOME "/quy/%.*s",
				     STR_ARG(id_text(ctx->arena, row_int(&rows, 0)))))));
		grid_money(&t->counts, row_int(&rows, 3));
		grid_money(&t->counts, row_int(&rows, 3) - row_int(&rows, 4));
		grid_cell(&t->counts, row_str(&rows, 5));
		grid_row(&t->counts);
	}
	return rows_end(&rows);
}

static struct value pieces_view(struct request *request)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	for (size_t i = 0; fee_notes[i]; i++) {
		struct value view = value_map();
		str name = arena_printf(arena, "to-%lld", (long long)fee_notes[i]);
		view_field(request, &view, name.p, arena_copy(arena, fee_money(arena, fee_notes[i])).p,
			   request_field(request, name.p));
		value_push(arena, &list, value_get(view, name));
	}
	return list;
}

static void money_field(struct request *request, struct value *view, const char *name, const char *label,
			const char *hint)
{
	view_field(request, view, name, label, request_field(request, name));
	view_field_set(request, view, name, "mode", value_str(S("numeric")));
	view_field_set(request, view, name, "width", value_str(S("10")));
	view_field_set(request, view, name, "hint", view_text(request, hint));
}

static void put_fields(struct request *request, struct value *view)
{
	struct ctx *ctx = &request->ctx;
	money_field(request, view, "kept", ctx_text(ctx, "Stays in the till as change"),
		    N_("For example 200.000; empty: all is handed over"));
	view_field(request, view, "taker", ctx_text(ctx, "Handed over to"),
		   request_field(request, "taker"));
	view_field_set(request, view, "taker", "hint",
		       view_text(request, "Name of the treasurer, or the treasury"));
	view_field(request, view, "note", ctx_text(ctx, "Why it differs"),
		   request_field(request, "note"));
	view_field_set(request, view, "note", "hint",
		       view_text(request, "Only where the money counted is not what it must be"));
	money_field(request, view, "received", ctx_text(ctx, "Change received"),
		    N_("Before the first fee of the day is taken"));
	view_field(request, view, "giver", ctx_text(ctx, "From whom"), request_field(request, "giver"));
}

enum err fee_till_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct value view, figures = value_list();
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct own_till t = { .o = &o, .request = request };
	TRY(store_read(ctx, o.cases->store, read_till, &t));
	TRY(fee_page_begin(request, &o, "/quy", N_("My till"), &view));
	fee_figure(request, &figures, N_("Change at the beginning"), t.till.opening);
	fee_figure(request, &figures, N_("Cash taken"), t.till.cash);
	fee_figure(request, &figures, N_("Cash paid back"), t.till.refunds);
	fee_figure(request, &figures, N_("Must be in the till"),
		   t.till.opening + t.till.cash - t.till.refunds);
	value_set(ctx->arena, &view, S("figures"), figures);
	value_set(ctx->arena, &view, S("since"), view_time(ctx, o.cases, t.till.since));
	value_set(ctx->arena, &view, S("sheet"), value_int(t.till.sheet));
	value_set(ctx->arena, &view, S("opens"), value_bool(!t.till.cash && !t.till.refunds));
	value_set(ctx->arena, &view, S("pieces"), pieces_view(request));
	value_set(ctx->arena, &view, S("counts"), grid_view(&t.counts, N_("Earlier counts")));
	put_fields(request, &view);
	response_view(response, "cases/fee_till", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err to_sheet(struct request *request, struct response *response, int64_t id)
{
	response_redirect(response, arena_printf(request->ctx.arena, FEE_HOME "/quy/%.*s",
						 STR_ARG(id_text(request->ctx.arena, id))));
	return OK;
}

/* "" is nothing. */
static int64_t money_sent(struct request *request, const char *name)
{
	str text = str_trim(request_field(request, name));
	int64_t dong = 0;
	if (!str_empty(text) && !vietnamese_money_read(text, &dong))
		request_mistake(request, name, "Enter the amount in đồng, for example 4.000");
	return dong;
}

static void read_pieces(struct request *request, int64_t *pieces)
{
	for (size_t i = 0; fee_notes[i]; i++) {
		str name = arena_printf(request->ctx.arena, "to-%lld", (long long)fee_notes[i]);
		str text = str_trim(request_field(request, name.p));
		bool read = str_empty(text) || vietnamese_money_read(text, &pieces[i]);
		if (!read || pieces[i] > PIECES_MAX)
			request_mistake(request, name.p, "Enter how many notes, a whole number");
	}
}

/* Which field a refused count is about, in the order fee_count looks at them. */
static const char *wrong_of(const struct fee_count *count, const struct fee_till *till)
{
	int64_t counted = 0;
	for (size_t i = 0; fee_notes[i]; i++)
		counted += fee_notes[i] * count->pieces[i];
	if (counted != till->opening + till->cash - till->refunds && str_empty(count->note))
		return "note";
	return count->kept > counted ? "kept" : "taker";
}

enum err fee_till_post(struct request *request, struct response *response)
{
	int64_t pieces[16] = { 0 }, id;
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct own_till t = { .o = &o, .request = request };
	struct actor who = { .principal = o.principal };
	struct fee_count count = { .organisation = o.organisation->id, .pieces = pieces,
				   .kept = money_sent(request, "kept"),
				   .note = str_trim(request_field(request, "note")),
				   .taker = str_trim(request_field(request, "taker")) };
	str_int(request_field(request, "sheet"), 1, INT32_MAX, &count.sheet);
	read_pieces(request, pieces);
	if (request_has_mistakes(request))
		return fee_till_page(request, response);
	enum err err = fee_count(&request->ctx, o.cases, &who, &count, &id);
	if (err == ERR_INVALID) {
		str why = request->ctx.fault.message;
		TRY(store_read(&request->ctx, o.cases->store, read_till, &t));
		request_mistake(request, wrong_of(&count, &t.till), "%.*s", STR_ARG(why));
		return fee_till_page(request, response);
	}
	TRY(err);
	return to_sheet(request, response, id);
}

enum err fee_open_post(struct request *request, struct response *response)
{
	int64_t sheet = 0, id;
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct actor who = { .principal = o.principal };
	int64_t received = money_sent(request, "received");
	str giver = str_trim(request_field(request, "giver"));
	str_int(request_field(request, "sheet"), 1, INT32_MAX, &sheet);
	if (request_has_mistakes(request))
		return fee_till_page(request, response);
	enum err err = fee_open_till(&request->ctx, o.cases, &who, o.organisation->id, sheet, received,
				     giver, &id);
	if (err == ERR_INVALID) {
		request_mistake(request, received > 0 && str_empty(giver) ? "giver" : "received",
				"%.*s", STR_ARG(request->ctx.fault.message));
		return fee_till_page(request, response);
	}
	TRY(err);
	return to_sheet(request, response, id);
}

struct sheet {
	struct cases *cases;
	struct request *request;
	int64_t id;
	struct value view;
	struct object *object;
};

static enum err read_sheet_office(struct ctx *ctx, struct db *db, void *arg)
{
	struct sheet *s = arg;
	return db_int(ctx, db, 0, &s->object->organisation,
		      SQL("SELECT organisation FROM till_count WHERE id = $1"), s->id);
}

enum err fee_sheet_object(struct request *request, const void **ret_object)
{
	struct sheet s = { .object = ARENA_NEW(request->ctx.arena, struct object) };
	if (id_parse(request_param(request, "id"), &s.id))
		TRY(store_read(&request->ctx, cases_of(request)->store, read_sheet_office, &s));
	if (!s.object->organisation)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such sheet");
	*ret_object = s.object;
	return OK;
}

/* "500000x2 20000x1" → [{note, pieces, amount}] */
static struct value sheet_lines(struct arena *arena, str pieces)
{
	struct value list = value_list();
	str part;
	while (!str_empty(pieces) && (str_next(&pieces, ' ', &part) || true)) {
		size_t x = str_find_byte(part, 'x');
		struct value line = value_map();
		int64_t note, n;
		if (x == SIZE_MAX || !str_int(str_slice(part, 0, x), 1, INT32_MAX, &note) ||
		    !str_int(str_slice(part, x + 1, part.n), 0, INT32_MAX, &n))
			break;
		value_append(arena, &line, S("note"), value_str(fee_money(arena, note)));
		value_append(arena, &line, S("pieces"), value_int(n));
		value_append(arena, &line, S("amount"), value_str(fee_money(arena, note * n)));
		value_push(arena, &list, line);
	}
	return list;
}

/* What was there at first, what stays, and what changed hands: out, or in where change was received. */
static void put_handed(struct arena *arena, struct value *count, int64_t opening, int64_t counted,
		       int64_t kept)
{
	bool received = kept > counted;
	value_append(arena, count, S("opening"), value_str(fee_money(arena, opening)));
	value_append(arena, count, S("kept"), value_str(fee_money(arena, kept)));
	value_append(arena, count, S("received"), received ?
		     value_str(fee_money(arena, kept - counted)) : value_null());
	value_append(arena, count, S("handed"), received ? value_null() :
		     value_str(fee_money(arena, counted - kept)));
}

static enum err read_sheet(struct ctx *ctx, struct db *db, void *arg)
{
	struct sheet *s = arg;
	struct arena *arena = ctx->arena;
	struct value count = value_map(), agency = value_map();
	struct rows rows;
	TRY(db_one(ctx, db, &rows,
		   SQL("SELECT t.organisation, t.sheet, t.since, t.counted_at, t.expected, t.counted,"
		       " t.pieces, t.note, t.taker, COALESCE(a.name, ''), t.opening, t.kept"
		       " FROM till_count t"
		       " LEFT JOIN account a ON a.id = t.cashier WHERE t.id = $1"), s->id));
	const struct organisation *o = organisation_by_id(s->cases->people, row_int(&rows, 0));
	int64_t difference = row_int(&rows, 5) - row_int(&rows, 4);
	value_append(arena, &count, S("sheet"), value_int(row_int(&rows, 1)));
	value_append(arena, &count, S("since"), view_time(ctx, s->cases, row_int(&rows, 2)));
	value_append(arena, &count, S("at"), view_time(ctx, s->cases, row_int(&rows, 3)));
	value_append(arena, &count, S("expected"), value_str(fee_money(arena, row_int(&rows, 4))));
	value_append(arena, &count, S("counted"), value_str(fee_money(arena, row_int(&rows, 5))));
	value_append(arena, &count, S("differs"), value_bool(difference != 0));
	value_append(arena, &count, S("difference"), value_str(fee_money(arena, difference)));
	put_handed(arena, &count, row_int(&rows, 10), row_int(&rows, 5), row_int(&rows, 11));
	value_append(arena, &count, S("lines"), sheet_lines(arena, row_str(&rows, 6)));
	value_append(arena, &count, S("note"), value_str(row_str(&rows, 7)));
	value_append(arena, &count, S("taker"), value_str(row_str(&rows, 8)));
	value_append(arena, &count, S("cashier"), value_str(row_str(&rows, 9)));
	value_append(arena, &agency, S("heading"), o ? value_get(o->data, S("heading")) : value_list());
	value_append(arena, &agency, S("number"), value_null());
	value_append(arena, &agency, S("place"), value_str(o ? o->zone : S("")));
	value_set(arena, &s->view, S("count"), count);
	value_set(arena, &s->view, S("head"), agency);
	return OK;
}

enum err fee_sheet_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct sheet s = { .cases = cases_of(request), .request = request, .view = value_map() };
	struct value view = value_map(), sheet = value_map();
	id_parse(request_param(request, "id"), &s.id);
	TRY(store_read(&request->ctx, s.cases->store, read_sheet, &s));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Cash count and hand-over")));
	value_append(arena, &sheet, S("small"), value_bool(false));
	value_append(arena, &sheet, S("agency"), value_get(s.view, S("head")));
	value_set(arena, &view, S("sheet"), sheet);
	value_set(arena, &view, S("count"), value_get(s.view, S("count")));
	response_private(response);
	response_view(response, "cases/fee_sheet", view);
	return OK;
}

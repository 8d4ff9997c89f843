/* The fees of a period by cashier, procedure and day, and the register of receipts. */
#include "cases/fee_desk.h"
#include "cases/room.h"
#include "cases/view.h"

#include "web/view.h"

enum { ROWS_MAX = 500 };

/* ---- the report ---- */

struct report {
	struct request *request;
	const struct fee_office *o;
	struct grid cashiers, procedures, days, asked;
	int64_t cash, transfer, refunded;
	bool by_day;
};

static void money_columns(struct grid *g, const char *first)
{
	grid_column(g, first, false);
	grid_column(g, N_("Receipts"), true);
	grid_column(g, N_("Cash"), true);
	grid_column(g, N_("Bank transfer"), true);
	grid_column(g, N_("Together"), true);
}

static void money_row(struct grid *g, str name, const struct rows *r, int first)
{
	grid_cell(g, name);
	grid_cell(g, arena_printf(g->request->ctx.arena, "%lld", (long long)row_int(r, first)));
	grid_money(g, row_int(r, first + 1));
	grid_money(g, row_int(r, first + 2));
	grid_money(g, row_int(r, first + 1) + row_int(r, first + 2));
	grid_row(g);
}

static enum err by_cashier(struct ctx *ctx, struct db *db, struct report *r)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT r.cashier, COALESCE(a.name, ''), COUNT(*),"
			 " COALESCE(SUM(CASE WHEN r.method = 1 THEN r.amount ELSE 0 END), 0),"
			 " COALESCE(SUM(CASE WHEN r.method = 2 THEN r.amount ELSE 0 END), 0)"
			 " FROM fee_receipt r LEFT JOIN account a ON a.id = r.cashier"
			 " WHERE r.organisation = $1 AND r.taken_at >= $2 AND r.taken_at < $3"
			 " AND r.cancelled_at = 0 GROUP BY r.cashier, a.name ORDER BY a.name"),
		     r->o->organisation->id, fee_day_start(r->o, r->o->from),
		     fee_day_start(r->o, r->o->to + 1)));
	while (rows_next(&rows)) {
		r->cash += row_int(&rows, 3);
		r->transfer += row_int(&rows, 4);
		money_row(&r->cashiers, row_str(&rows, 1), &rows, 2);
	}
	return rows_end(&rows);
}

static enum err by_procedure(struct ctx *ctx, struct db *db, struct report *r)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT c.procedure, COUNT(*),"
			 " COALESCE(SUM(CASE WHEN r.method = 1 THEN r.amount ELSE 0 END), 0),"
			 " COALESCE(SUM(CASE WHEN r.method = 2 THEN r.amount ELSE 0 END), 0)"
			 " FROM fee_receipt r JOIN case_file c ON c.organisation = r.organisation"
			 " AND c.id = r.case_id"
			 " WHERE r.organisation = $1 AND r.taken_at >= $2 AND r.taken_at < $3"
			 " AND r.cancelled_at = 0 GROUP BY c.procedure ORDER BY c.procedure"),
		     r->o->organisation->id, fee_day_start(r->o, r->o->from),
		     fee_day_start(r->o, r->o->to + 1)));
	while (rows_next(&rows)) {
		const struct procedure *p =
			procedure_in_force(r->o->cases, row_str(&rows, 0), clock_business());
		money_row(&r->procedures, p ? procedure_text(p, S("title"), r->request->language)
					    : row_str(&rows, 0), &rows, 1);
	}
	return rows_end(&rows);
}

/* Days of the office's zone: whole days since 1970 of the shifted instant. */
static enum err by_day(struct ctx *ctx, struct db *db, struct report *r)
{
	struct rows rows;
	int64_t zone = calendar_zone(cases_calendar(r->o->cases)) * USEC_MINUTE;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT (r.taken_at + $4) / 86400000000, COUNT(*),"
			 " COALESCE(SUM(CASE WHEN r.method = 1 THEN r.amount ELSE 0 END), 0),"
			 " COALESCE(SUM(CASE WHEN r.method = 2 THEN r.amount ELSE 0 END), 0)"
			 " FROM fee_receipt r"
			 " WHERE r.organisation = $1 AND r.taken_at >= $2 AND r.taken_at < $3"
			 " AND r.cancelled_at = 0 GROUP BY 1 ORDER BY 1"),
		     r->o->organisation->id, fee_day_start(r->o, r->o->from),
		     fee_day_start(r->o, r->o->to + 1),
		     zone));
	while (rows_next(&rows)) {
		struct civil day = { 0 };
		civil_of_days(row_int(&rows, 0), &day.year, &day.month, &day.day);
		money_row(&r->days, arena_printf(ctx->arena, "%02d/%02d/%04d", day.day, day.month,
						 (int)day.year), &rows, 1);
	}
	return rows_end(&rows);
}

/* Receipts whose cancellation waits for a leader, whatever the period. */
static enum err asked_for(struct ctx *ctx, struct db *db, struct report *r)
{
	struct rows rows;
	r->asked = grid_new(r->request);
	grid_column(&r->asked, N_("Receipt"), false);
	grid_column(&r->asked, N_("Amount"), true);
	grid_column(&r->asked, N_("Who asks"), false);
	grid_column(&r->asked, N_("Reason"), false);
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT b.series, r.number, r.amount, COALESCE(a.name, ''), r.cancel_reason,"
			 " c.code FROM fee_receipt r JOIN fee_book b ON b.id = r.book"
			 " JOIN case_file c ON c.organisation = r.organisation AND c.id = r.case_id"
			 " LEFT JOIN account a ON a.id = r.asked_by WHERE r.organisation = $1"
			 " AND r.asked_at > 0 AND r.cancelled_at = 0 ORDER BY r.asked_at LIMIT $2"),
		     r->o->organisation->id, ROWS_MAX));
	while (rows_next(&rows)) {
		struct value *cell = grid_cell(&r->asked, arena_printf(ctx->arena, "%.*s %07lld",
			STR_ARG(row_view(&rows, 0)), (long long)row_int(&rows, 1)));
		value_set(ctx->arena, cell, S("url"), value_str(request_link(r->request,
			arena_printf(ctx->arena, "/ban/%.*s/le-phi", STR_ARG(row_view(&rows, 5))))));
		grid_money(&r->asked, row_int(&rows, 2));
		grid_cell(&r->asked, row_str(&rows, 3));
		grid_cell(&r->asked, row_str(&rows, 4));
		grid_row(&r->asked);
	}
	return rows_end(&rows);
}

static enum err read_report(struct ctx *ctx, struct db *db, void *arg)
{
	struct report *r = arg;
	r->cash = r->transfer = 0;
	r->cashiers = grid_new(r->request);
	r->procedures = grid_new(r->request);
	r->days = grid_new(r->request);
	money_columns(&r->cashiers, N_("Cashier"));
	money_columns(&r->procedures, N_("Procedure"));
	money_columns(&r->days, N_("Day"));
	TRY(db_int(ctx, db, 0, &r->refunded,
		   SQL("SELECT COALESCE(SUM(amount), 0) FROM fee_refund WHERE organisation = $1"
		       " AND refunded_at >= $2 AND refunded_at < $3"),
		   r->o->organisation->id, fee_day_start(r->o, r->o->from),
		   fee_day_start(r->o, r->o->to + 1)));
	TRY(asked_for(ctx, db, r));
	TRY(by_cashier(ctx, db, r));
	TRY(by_procedure(ctx, db, r));
	return by_day(ctx, db, r);
}

enum err fee_report_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view, figures = value_list(), tables = value_list();
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct report r = { .request = request, .o = &o };
	TRY(store_read(&request->ctx, o.cases->store, read_report, &r));
	TRY(fee_page_begin(request, &o, "", N_("Fees"), &view));
	fee_figure(request, &figures, N_("Cash"), r.cash);
	fee_figure(request, &figures, N_("Bank transfer"), r.transfer);
	fee_figure(request, &figures, N_("Paid back"), r.refunded);
	fee_figure(request, &figures, N_("Together"), r.cash + r.transfer - r.refunded);
	value_push(arena, &tables, grid_view(&r.asked, N_("Cancellations that wait for approval")));
	value_push(arena, &tables, grid_view(&r.cashiers, N_("By cashier")));
	value_push(arena, &tables, grid_view(&r.procedures, N_("By procedure")));
	value_push(arena, &tables, grid_view(&r.days, N_("By day")));
	value_set(arena, &view, S("figures"), figures);
	value_set(arena, &view, S("tables"), tables);
	value_set(arena, &view, S("none"), value_bool(!r.cashiers.rows.n));
	response_view(response, "cases/fee_report", view);
	return OK;
}

/* ---- the register of receipts ---- */

struct listing {
	struct request *request;
	const struct fee_office *o;
	struct grid grid;
	int64_t sum, n;
};

static void list_receipt(struct listing *l, const struct rows *r)
{
	struct arena *arena = l->request->ctx.arena;
	struct ctx *ctx = &l->request->ctx;
	struct civil at = time_civil(row_int(r, 3), calendar_zone(cases_calendar(l->o->cases)));
	bool void_ = row_int(r, 4) != 0;
	str cells[] = {
		arena_printf(arena, "%.*s %07lld", STR_ARG(row_view(r, 0)), (long long)row_int(r, 1)),
		arena_printf(arena, "%02d/%02d/%04d", at.day, at.month, (int)at.year), row_str(r, 5),
		row_str(r, 6), row_int(r, 7) == 1 ? str_z(ctx_text(ctx, "Cash"))
						  : str_z(ctx_text(ctx, "Bank transfer")),
		fee_money(arena, void_ ? 0 : row_int(r, 2)),
		row_str(r, 8), void_ ? str_z(ctx_text(ctx, "Cancelled")) : S(""),
	};
	l->sum += void_ ? 0 : row_int(r, 2);
	l->n++;
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		struct value *cell = grid_cell(&l->grid, cells[i]);
		str code = cells[3];
		if (i == 3)
			value_set(arena, cell, S("url"), value_str(request_link(l->request,
				arena_printf(arena, "/ban/%.*s/le-phi", STR_ARG(code)))));
	}
	grid_row(&l->grid);
}

static enum err read_receipts(struct ctx *ctx, struct db *db, void *arg)
{
	static const char *const titles[] = { N_("Receipt"), N_("Day"), N_("Who paid"), N_("Case"),
					      N_("How"), N_("Amount"), N_("Cashier"), N_("Note") };
	struct listing *l = arg;
	struct rows rows;
	l->grid = grid_new(l->request);
	l->sum = l->n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		grid_column(&l->grid, titles[i], i == 5);
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT b.series, r.number, r.amount, r.taken_at, r.cancelled_at, r.payer,"
			 " c.code, r.method, COALESCE(a.name, '') FROM fee_receipt r"
			 " JOIN fee_book b ON b.id = r.book JOIN case_file c"
			 " ON c.organisation = r.organisation AND c.id = r.case_id"
			 " LEFT JOIN account a ON a.id = r.cashier WHERE r.organisation = $1"
			 " AND r.taken_at >= $2 AND r.taken_at < $3 ORDER BY b.id, r.number LIMIT $4"),
		     l->o->organisation->id, fee_day_start(l->o, l->o->from),
		     fee_day_start(l->o, l->o->to + 1),
		     ROWS_MAX));
	while (rows_next(&rows))
		list_receipt(l, &rows);
	return rows_end(&rows);
}

enum err fee_register_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view, figures = value_list();
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct listing l = { .request = request, .o = &o };
	TRY(store_read(&request->ctx, o.cases->store, read_receipts, &l));
	TRY(fee_page_begin(request, &o, "/so", N_("Receipt register"), &view));
	fee_figure(request, &figures, N_("Together"), l.sum);
	value_set(arena, &view, S("figures"), figures);
	value_set(arena, &view, S("register"), grid_view(&l.grid, N_("Receipt register")));
	value_set(arena, &view, S("files"), value_str(request_link(request, S("/ban/so/so-bien-lai"))));
	value_set(arena, &view, S("cut"), value_bool(l.n == ROWS_MAX));
	response_view(response, "cases/fee_register", view);
	return OK;
}

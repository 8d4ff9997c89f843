/* Waiting: how many came, how long they waited, who was served. */
#include "reception/room.h"

static int by_wait(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Nearest rank: of ten waits the ninth. */
static int64_t ninety(int64_t *waits, size_t n)
{
	if (!n)
		return 0;
	qsort(waits, n, sizeof *waits, by_wait);
	return waits[(n * 9 + 9) / 10 - 1];
}

struct gathering {
	struct hall_figures *row;
	int64_t *waits; /* of row */
	size_t n, room;
};

static void end_row(struct gathering *g)
{
	if (g->row)
		g->row->ninety = ninety(g->waits, g->n);
	g->n = 0;
}

static void add_ticket(struct ctx *ctx, struct gathering *g, const struct rows *r)
{
	str state = row_view(r, 2);
	int64_t issued = row_int(r, 3), called = row_int(r, 4);
	g->row->tickets++;
	g->row->waiting += str_eq(state, TICKET_WAITING);
	g->row->served += str_eq(state, TICKET_SERVED);
	g->row->absent += str_eq(state, TICKET_ABSENT);
	if (str_eq(state, TICKET_SERVED))
		g->row->service_sum += row_int(r, 6) - row_int(r, 5);
	if (!called)
		return;
	if (g->n == g->room) {
		g->room = g->room ? g->room * 2 : 64;
		g->waits = arena_grow(ctx->arena, g->waits, g->n * sizeof *g->waits,
				      g->room * sizeof *g->waits);
	}
	g->waits[g->n++] = called - issued;
	g->row->called++;
	g->row->wait_sum += called - issued;
}

enum err hall_figures(struct ctx *ctx, struct db *db, const struct figures_wanted *w,
		      struct hall_figures **ret_rows, size_t *ret_n)
{
	static const struct sql keys[] = {
		[FIGURES_ALL] = SQL("SELECT '', organisation"),
		[FIGURES_SERVICE] = SQL("SELECT service, organisation"),
		[FIGURES_COUNTER] = SQL("SELECT CAST(counter AS TEXT), organisation"),
		[FIGURES_DAY] = SQL("SELECT CAST(day AS TEXT), organisation"),
	};
	static const struct sql orders[] = {
		[FIGURES_ALL] = SQL(" ORDER BY organisation"),
		[FIGURES_SERVICE] = SQL(" ORDER BY organisation, service"),
		[FIGURES_COUNTER] = SQL(" AND counter > 0 ORDER BY organisation, counter"),
		[FIGURES_DAY] = SQL(" ORDER BY organisation, day"),
	};
	struct hall_figures *list = ARENA_ARRAY(ctx->arena, struct hall_figures, FIGURES_MOST);
	struct gathering g = { 0 };
	struct rows rows;
	size_t n = 0;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, keys[w->by]);
	sql_add(&q, SQL(", state, issued_at, first_called_at, begun_at, ended_at FROM ticket"
			" WHERE day >= $1 AND day <= $2"), w->from, w->to);
	sql_in(&q, SQL(" AND organisation"), w->organisations, w->n);
	sql_add(&q, orders[w->by]);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (rows_next(&rows)) {
		int64_t organisation = row_int(&rows, 1);
		if (!g.row || g.row->organisation != organisation ||
		    !str_eq(g.row->key, row_view(&rows, 0))) {
			end_row(&g);
			if (n == FIGURES_MOST)
				break;
			g.row = &list[n++];
			g.row->key = row_str(&rows, 0);
			g.row->organisation = organisation;
		}
		add_ticket(ctx, &g, &rows);
	}
	end_row(&g);
	*ret_rows = list;
	*ret_n = n;
	return rows_end(&rows);
}

#include "reports/rows.h"

#include "text/i18n.h"

const struct sheet_column *indicator_columns(struct ctx *ctx)
{
	static const struct {
		const char *key, *title;
		int64_t width;
	} names[] = {
		{ "title", N_("Indicator"), 12 }, { "numerator", N_("Counted"), 4 },
		{ "denominator", N_("Of"), 4 }, { "percent", N_("Share"), 4 },
		{ "max", N_("At most"), 3 }, { "score", N_("Score"), 3 },
		{ "note", N_("Note"), 14 },
	};
	struct sheet_column *columns = ARENA_ARRAY(ctx->arena, struct sheet_column, INDICATOR_CELLS);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		columns[i] = (struct sheet_column){ str_z(names[i].key),
			str_z(ctx_text(ctx, names[i].title)), S(""), names[i].width,
			i > 0 && i + 1 < ARRAY_SIZE(names) };
	return columns;
}

/* ---- rows as cells ---- */

static void row_cells(const struct report *r, int64_t n, str name, const struct sums *sums,
		      struct cell *cells)
{
	const struct declared *d = r->asked.declared;
	struct arena *arena = r->asked.request->ctx.arena;
	struct feel_scope scope = { .variables = sums_map(arena, n, name, sums) };
	for (size_t i = 0; i < d->n_columns; i++) {
		cells[i] = cell_of(arena, feel_eval(d->columns[i].value, arena, &scope, &r->env, NULL));
		cells[i].grouped = true;
	}
}

static struct value eval(const struct report *r, const struct feel *feel)
{
	struct arena *arena = r->asked.request->ctx.arena;
	struct feel_scope scope = { .variables = sums_map(arena, 0, S(""), &r->rows.all) };
	return feel ? feel_eval(feel, arena, &scope, &r->env, NULL) : value_null();
}

static struct cell number_cell(struct value v, enum cell_kind kind)
{
	if (v.kind != VALUE_NUMBER)
		return (struct cell){ .kind = CELL_EMPTY };
	return (struct cell){ .kind = kind, .grouped = true,
			      .number = decimal_round(v.number, 2, ROUND_HALF_UP) };
}

/* numerator ÷ denominator; what has no denominator has no score either. */
static bool ratio_of(struct value numerator, struct value denominator, struct decimal *ret)
{
	return numerator.kind == VALUE_NUMBER && denominator.kind == VALUE_NUMBER &&
	       decimal_sign(denominator.number) > 0 &&
	       decimal_div(numerator.number, denominator.number, ret);
}

static bool score_of(const struct declared_indicator *i, struct decimal ratio, struct decimal *ret)
{
	if (!decimal_mul(ratio, i->max, ret) || !decimal_div(*ret, i->full, ret))
		return false;
	if (decimal_cmp(*ret, i->max) > 0)
		*ret = i->max;
	return true;
}

static struct cell text_cell(str text)
{
	return str_empty(text) ? (struct cell){ .kind = CELL_EMPTY }
			       : (struct cell){ .kind = CELL_TEXT, .text = text };
}

static void indicator_cells(const struct report *r, const struct declared_indicator *i,
			    struct cell cells[static INDICATOR_CELLS])
{
	bool scored = !decimal_is_zero(i->max);
	struct value numerator = eval(r, i->numerator), denominator = eval(r, i->denominator);
	struct decimal ratio, percent, score;
	cells[0] = (struct cell){ .kind = CELL_TEXT,
				  .text = declared_text(i->title, r->asked.request->language) };
	cells[1] = number_cell(numerator, CELL_NUMBER);
	cells[2] = number_cell(denominator, CELL_NUMBER);
	cells[3] = cells[5] = (struct cell){ .kind = CELL_EMPTY };
	cells[4] = scored ? number_cell(value_decimal(i->max), CELL_NUMBER)
			  : (struct cell){ .kind = CELL_EMPTY };
	cells[6] = text_cell(declared_text(i->note, r->asked.request->language));
	if (!ratio_of(numerator, denominator, &ratio))
		return;
	if (decimal_mul(ratio, decimal_of(100), &percent))
		cells[3] = number_cell(value_decimal(percent), CELL_PERCENT);
	if (scored && score_of(i, ratio, &score))
		cells[5] = number_cell(value_decimal(score), CELL_NUMBER);
}

/* What the score is called; only where every indicator has one. */
static str band_of(const struct declared *d, struct decimal score, str language)
{
	for (uint32_t i = 0; d->bands.kind == VALUE_LIST && i < d->bands.n; i++) {
		struct value from = value_get(d->bands.items[i], S("from"));
		if (from.kind == VALUE_NUMBER && decimal_cmp(score, from.number) >= 0)
			return declared_text(value_get(d->bands.items[i], S("title")), language);
	}
	return S("");
}

/* The sum of what has figures, and of what could be reached with them. */
static void total_cells(const struct report *r, struct cell cells[static INDICATOR_CELLS])
{
	const struct declared *d = r->asked.declared;
	struct decimal max = decimal_of(0), score = decimal_of(0);
	bool whole = true;
	for (size_t i = 0; i < d->n_indicators; i++) {
		struct cell one[INDICATOR_CELLS];
		if (decimal_is_zero(d->indicators[i].max))
			continue;
		indicator_cells(r, &d->indicators[i], one);
		whole = whole && one[5].kind != CELL_EMPTY;
		if (one[5].kind == CELL_EMPTY)
			continue;
		decimal_add(max, one[4].number, &max);
		decimal_add(score, one[5].number, &score);
	}
	bool any = !decimal_is_zero(max);
	str band = any && whole ? band_of(d, score, r->asked.request->language) : S("");
	for (int i = 0; i < INDICATOR_CELLS; i++)
		cells[i] = (struct cell){ .kind = CELL_EMPTY };
	cells[0] = (struct cell){ .kind = CELL_TEXT, .text = str_z(ctx_text(
		&r->asked.request->ctx, "All indicators that have figures")) };
	if (!str_empty(band))
		cells[0].text = band;
	if (any) {
		cells[4] = number_cell(value_decimal(max), CELL_NUMBER);
		cells[5] = number_cell(value_decimal(score), CELL_NUMBER);
	}
}

static enum err each_indicator(struct ctx *ctx, const struct report *r, each_row *each, void *arg)
{
	const struct declared *d = r->asked.declared;
	struct cell cells[INDICATOR_CELLS];
	for (size_t i = 0; i < d->n_indicators; i++) {
		indicator_cells(r, &d->indicators[i], cells);
		TRY(each(ctx, arg, cells, i, false));
	}
	total_cells(r, cells);
	return each(ctx, arg, cells, d->n_indicators, true);
}

/* ---- procedures as they are published ---- */

static struct value published_map(struct arena *arena, int64_t n, const struct published *p)
{
	struct value map = value_map();
	value_append(arena, &map, S("n"), value_int(n));
	value_append(arena, &map, S("name"), value_str(p->name));
	value_append(arena, &map, S("code"), value_str(p->code));
	value_append(arena, &map, S("missing"), value_str(p->missing));
	value_append(arena, &map, S("complete"), value_bool(p->complete));
	value_append(arena, &map, S("online"), value_bool(p->online));
	return map;
}

static enum err each_published(struct ctx *ctx, const struct report *r, each_row *each, void *arg)
{
	const struct declared *d = r->asked.declared;
	struct cell *cells = ARENA_ARRAY(ctx->arena, struct cell, d->n_columns + 1);
	str figure = asked_text(&r->asked, "chi-tieu", "figure");
	int64_t n = 0;
	for (size_t i = 0; i < r->publication.n; i++) {
		const struct published *p = &r->publication.items[i];
		if (!publication_counts(p, figure))
			continue;
		struct feel_scope scope = { .variables = published_map(ctx->arena, ++n, p) };
		for (size_t k = 0; k < d->n_columns; k++)
			cells[k] = cell_of(ctx->arena, feel_eval(d->columns[k].value, ctx->arena,
								 &scope, &r->env, NULL));
		TRY(each(ctx, arg, cells, i, false));
	}
	return OK;
}

enum err report_each(struct ctx *ctx, const struct report *r, each_row *each, void *arg)
{
	const struct declared *d = r->asked.declared;
	struct cell *cells = ARENA_ARRAY(ctx->arena, struct cell, d->n_columns + 1);
	if (d->rows == ROWS_INDICATOR)
		return each_indicator(ctx, r, each, arg);
	if (d->rows == ROWS_PUBLICATION)
		return each_published(ctx, r, each, arg);
	for (size_t i = 0; i < r->rows.n; i++) {
		row_cells(r, (int64_t)i + 1, r->rows.items[i].name, &r->rows.items[i].sums, cells);
		TRY(each(ctx, arg, cells, i, false));
	}
	row_cells(r, 0, str_z(ctx_text(ctx, "Total")), &r->rows.all, cells);
	cells[0] = (struct cell){ .kind = CELL_EMPTY };
	return each(ctx, arg, cells, r->rows.n, true);
}

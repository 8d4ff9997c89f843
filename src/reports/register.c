#include "reports/register.h"
#include "reports/behind.h"

#include "base/json.h"
#include "cases/fee.h"
#include "cases/name_words.h"
#include "cases/tally.h"
#include "cases/view.h"
#include "reception/reception.h"
#include "text/i18n.h"

bool register_knows_figure(str figure)
{
	return behind_of(figure) != NULL;
}

/* ---- queries ---- */

#define CASE_COLUMNS                                                                              \
	" c.id, c.code, c.version, c.channel, c.status, c.submitted_at, c.accepted_at,"            \
	" c.finished_at, c.returned_at, c.due_at, c.paused_at, c.supplements, c.apologised,"       \
	" c.register_number, c.subject, c.applicant, c.applicant_id, c.phone, c.email, c.address"

enum { AFTER_DATA = 24 }; /* columns of each query after those, before them three for the mark */

struct walk {
	const struct register_wanted *w;
	struct db *db;
	int zone;
	register_each *each;
	void *arg;
	size_t left, n;
	struct feel_env env;
	struct arena scratch; /* of one row */
};

static usec day_begins(const struct walk *k, int64_t day)
{
	return day * USEC_DAY - k->zone * USEC_MINUTE;
}

/* A figure at the end of a period that is not over is the figure of now. */
static usec period_end(const struct walk *k)
{
	usec end = day_begins(k, k->w->period.to + 1);
	return end < k->w->now ? end : k->w->now;
}

/* The procedures of a field, in force now. */
static void add_field(const struct register_wanted *w, sql_t *q)
{
	const struct procedure **items;
	size_t n, found = 0;
	if (str_empty(w->field))
		return;
	procedures_in_force(reports_cases(w->reports), q->text.arena, w->now, &items, &n);
	str *names = ARENA_ARRAY(q->text.arena, str, n + 1);
	for (size_t i = 0; i < n; i++)
		if (str_eq(value_text(value_path(items[i]->body, S("field.code"))), w->field))
			names[found++] = items[i]->name;
	sql_in_text(q, SQL(" AND c.procedure"), names, found);
}

static void add_filters(const struct walk *k, sql_t *q)
{
	const struct register_wanted *w = k->w;
	struct value procedures = w->declared->procedures;
	if (w->status)
		sql_add(q, SQL(" AND c.status = $1"), w->status);
	if (!str_empty(w->procedure))
		sql_add(q, SQL(" AND c.procedure = $1"), w->procedure);
	if (w->late)
		sql_add(q, SQL(" AND c.due_at > 0 AND ((c.finished_at = 0 AND c.due_at < $1) OR"
			       " c.finished_at > c.due_at)"), w->now);
	if (procedures.kind == VALUE_LIST && procedures.n && str_empty(w->declared->book)) {
		str *names = ARENA_ARRAY(q->text.arena, str, procedures.n);
		for (uint32_t i = 0; i < procedures.n; i++)
			names[i] = value_text(procedures.items[i]);
		sql_in_text(q, SQL(" AND c.procedure"), names, procedures.n);
	}
	add_field(w, q);
	name_words_match(q, w->words);
}

/* What is promised, in the order of the promises: of open cases only. */
static sql_t due_query(const struct walk *k, struct arena *arena, int64_t organisation,
		       const struct register_mark *after)
{
	sql_t q = sql_new(arena);
	sql_add(&q, SQL("SELECT c.due_at, c.id, c.register_number," CASE_COLUMNS ", c.data FROM"
			" case_file c WHERE c.organisation = $1 AND c.status IN (2, 4, 6, 9)"
			" AND c.accepted_at > 0 AND c.due_at >= $2 AND c.due_at < $3"), organisation,
		day_begins(k, k->w->period.from), day_begins(k, k->w->period.to + 1));
	add_filters(k, &q);
	if (after)
		sql_add(&q, SQL(" AND (c.due_at, c.id) > ($1, $2)"), after->first, after->second);
	sql_add(&q, SQL(" ORDER BY c.due_at, c.id LIMIT $1"), (int64_t)k->left);
	return q;
}

static sql_t cases_query(const struct walk *k, struct arena *arena, int64_t organisation,
			 const struct register_mark *after)
{
	sql_t q = sql_new(arena);
	const struct behind *figure = behind_of(k->w->figure);
	if (k->w->declared->by_due)
		return due_query(k, arena, organisation, after);
	sql_add(&q, SQL("SELECT c.accepted_at, c.id, c.register_number," CASE_COLUMNS));
	sql_add(&q, k->w->declared->needs_data ? SQL(", c.data") : SQL(", ''"));
	sql_add(&q, SQL(" FROM case_file c WHERE c.organisation = $1"), organisation);
	if (figure)
		figure->add(&q, day_begins(k, k->w->period.from), period_end(k));
	if (!figure || !figure->unaccepted)
		sql_add(&q, SQL(" AND c.accepted_at > 0"));
	if (!figure)
		sql_add(&q, SQL(" AND c.accepted_at >= $1 AND c.accepted_at < $2"),
			day_begins(k, k->w->period.from), day_begins(k, k->w->period.to + 1));
	add_filters(k, &q);
	if (after)
		sql_add(&q, SQL(" AND (c.accepted_at, c.id) > ($1, $2)"), after->first, after->second);
	sql_add(&q, SQL(" ORDER BY c.accepted_at, c.id LIMIT $1"), (int64_t)k->left);
	return q;
}

static int64_t year_of(int64_t day)
{
	int32_t year;
	int month, of_month;
	civil_of_days(day, &year, &month, &of_month);
	return year;
}

static sql_t book_query(const struct walk *k, struct arena *arena, int64_t organisation,
			const struct register_mark *after)
{
	sql_t q = sql_new(arena);
	/* A letter is entered in its book by the act that issues it. */
	sql_add(&q, SQL("SELECT e.period, e.number, e.number," CASE_COLUMNS ", c.data, e.entered_at,"
			" COALESCE(l.number, ''), COALESCE(l.signed_by, ''),"
			" COALESCE(l.revoked_at, 0) FROM book_entry e"
			" JOIN case_code k ON k.id = e.case_id" /* another office may have received it */
			" JOIN case_file c ON c.organisation = k.organisation AND c.id = k.id"
			" LEFT JOIN case_letter l ON l.organisation = c.organisation"
			" AND l.case_id = e.case_id AND l.book = e.book AND l.made_at = e.entered_at"
			" WHERE e.organisation = $1 AND e.book = $2"),
		organisation, k->w->declared->book);
	if (str_eq(k->w->declared->per, S("year")))
		sql_add(&q, SQL(" AND e.period >= $1 AND e.period <= $2"), year_of(k->w->period.from),
			year_of(k->w->period.to));
	sql_add(&q, SQL(" AND e.entered_at >= $1 AND e.entered_at < $2"),
		day_begins(k, k->w->period.from), day_begins(k, k->w->period.to + 1));
	add_filters(k, &q);
	if (after)
		sql_add(&q, SQL(" AND (e.period, e.number) > ($1, $2)"), after->first, after->second);
	sql_add(&q, SQL(" ORDER BY e.period, e.number LIMIT $1"), (int64_t)k->left);
	return q;
}

static sql_t receipts_query(const struct walk *k, struct arena *arena, int64_t organisation,
			    const struct register_mark *after)
{
	sql_t q = sql_new(arena);
	sql_add(&q, SQL("SELECT r.book, r.number, r.number," CASE_COLUMNS ", '', b.series, r.amount,"
			" r.method, r.taken_at, r.cancelled_at, r.cancel_reason, r.payer,"
			" COALESCE(a.name, ''), COALESCE((SELECT SUM(p.amount) FROM fee_refund p"
			" WHERE p.organisation = r.organisation AND p.case_id = r.case_id"
			" AND p.receipt = r.id), 0) FROM fee_receipt r JOIN fee_book b ON b.id = r.book"
			" JOIN case_file c ON c.organisation = r.organisation AND c.id = r.case_id"
			" LEFT JOIN account a ON a.id = r.cashier WHERE r.organisation = $1"
			" AND r.taken_at >= $2 AND r.taken_at < $3"), organisation,
		day_begins(k, k->w->period.from), day_begins(k, k->w->period.to + 1));
	add_filters(k, &q);
	if (after)
		sql_add(&q, SQL(" AND (r.book, r.number) > ($1, $2)"), after->first, after->second);
	sql_add(&q, SQL(" ORDER BY r.book, r.number LIMIT $1"), (int64_t)k->left);
	return q;
}

static sql_t query_of(const struct walk *k, struct arena *arena, int64_t organisation,
		      const struct register_mark *after)
{
	if (k->w->declared->receipts)
		return receipts_query(k, arena, organisation, after);
	return str_empty(k->w->declared->book) ? cases_query(k, arena, organisation, after)
					       : book_query(k, arena, organisation, after);
}

/* ---- a row as FEEL sees it ---- */

static struct case_file case_of(const struct rows *r)
{
	return (struct case_file){
		.id = row_int(r, 3), .code = row_str(r, 4), .version = row_int(r, 5),
		.channel = row_int(r, 6), .status = row_int(r, 7), .submitted_at = row_int(r, 8),
		.accepted_at = row_int(r, 9), .finished_at = row_int(r, 10),
		.returned_at = row_int(r, 11), .due_at = row_int(r, 12), .paused_at = row_int(r, 13),
		.supplements = row_int(r, 14), .apologised = row_int(r, 15),
		.register_number = row_int(r, 16), .subject = row_str(r, 17),
		.applicant = row_str(r, 18), .applicant_id = row_str(r, 19), .phone = row_str(r, 20),
		.email = row_str(r, 21), .address = row_str(r, 22),
	};
}

static const char *state_words(const struct case_file *c, usec now)
{
	static const char *const words[] = {
		[TIME_NONE] = "", [TIME_EARLY] = N_("Early"), [TIME_ON] = N_("On time"),
		[TIME_LATE] = N_("Late"), [TIME_OPEN] = N_("In progress"),
		[TIME_OPEN_LATE] = N_("In progress, late"), [TIME_WAITING] = N_("Waiting"),
	};
	return words[case_timeliness(c, now)];
}

static void put(struct arena *arena, struct value *map, const char *key, struct value v)
{
	value_append(arena, map, str_z(key), v);
}

static struct value case_map(struct ctx *ctx, const struct walk *k, const struct case_file *c)
{
	struct arena *arena = ctx->arena;
	struct cases *cases = reports_cases(k->w->reports);
	const struct procedure *procedure = case_procedure(cases, c);
	struct value map = value_map();
	const char *state = state_words(c, k->w->now);
	put(arena, &map, "code", value_str(c->code));
	put(arena, &map, "title", value_str(procedure ?
		procedure_text(procedure, S("title"), k->w->language) : S("")));
	put(arena, &map, "subject", value_str(c->subject));
	put(arena, &map, "status", value_get(case_status_view(ctx, c->status), S("text")));
	put(arena, &map, "channel", value_int(c->channel));
	put(arena, &map, "submitted_at", view_time(ctx, cases, c->submitted_at));
	put(arena, &map, "received_at", view_time(ctx, cases, c->accepted_at));
	put(arena, &map, "due_at", view_time(ctx, cases, c->due_at));
	put(arena, &map, "finished_at", view_time(ctx, cases, c->finished_at));
	put(arena, &map, "returned_at", view_time(ctx, cases, c->returned_at));
	put(arena, &map, "supplements", value_int(c->supplements));
	put(arena, &map, "apologies", value_int(c->apologised));
	put(arena, &map, "state", value_str(*state ? str_z(ctx_text(ctx, state)) : S("")));
	return map;
}

static struct value applicant_map(struct arena *arena, const struct case_file *c)
{
	struct value map = value_map();
	put(arena, &map, "name", value_str(c->applicant));
	put(arena, &map, "id_number", value_str(c->applicant_id));
	put(arena, &map, "phone", value_str(c->phone));
	put(arena, &map, "email", value_str(c->email));
	put(arena, &map, "address", value_str(c->address));
	return map;
}

static struct value organisation_map(struct arena *arena, const struct organisation *o, str language)
{
	struct value map = value_map();
	bool english = str_eq(language, S("en"));
	str small = o ? value_text(value_get(o->data, english ? S("short_en") : S("short"))) : S("");
	if (!o)
		return map;
	if (str_empty(small))
		small = value_text(value_get(o->data, S("short")));
	put(arena, &map, "code", value_str(o->code));
	put(arena, &map, "name", value_str(organisation_name(o, language)));
	put(arena, &map, "short", value_str(str_empty(small) ? o->name : small));
	return map;
}

/* data.entry.<book>, "-" as "_". */
static struct value entry_of(struct arena *arena, str book, struct value data)
{
	char *name = arena_alloc(arena, book.n + 1);
	for (size_t i = 0; i < book.n; i++)
		name[i] = book.p[i] == '/' || book.p[i] == '-' ? '_' : book.p[i];
	return value_get(value_get(data, S("entry")), str_of(name, book.n));
}

/* What a letter's book says of it; an entry of a step stands in the case's data. */
static struct value letter_entry(struct arena *arena, const struct walk *k, const struct rows *r)
{
	struct value entry = value_map();
	int64_t day = (row_int(r, AFTER_DATA) + k->zone * USEC_MINUTE) / USEC_DAY;
	put(arena, &entry, "number", value_str(row_str(r, AFTER_DATA + 1)));
	put(arena, &entry, "date", value_str(date_format(arena, day)));
	put(arena, &entry, "signed_by", value_str(row_str(r, AFTER_DATA + 2)));
	put(arena, &entry, "revoked", value_bool(row_int(r, AFTER_DATA + 3) != 0));
	return entry;
}

static struct value receipt_map(struct ctx *ctx, const struct walk *k, const struct rows *r)
{
	struct arena *arena = ctx->arena;
	struct value map = value_map();
	bool cash = row_int(r, AFTER_DATA + 2) == FEE_CASH;
	put(arena, &map, "number", value_str(arena_printf(arena, "%.*s %07lld",
		STR_ARG(row_view(r, AFTER_DATA)), (long long)row_int(r, 1))));
	put(arena, &map, "amount", value_int(row_int(r, AFTER_DATA + 1)));
	put(arena, &map, "method", value_str(str_z(ctx_text(ctx, cash ? N_("Cash")
								      : N_("Bank transfer")))));
	put(arena, &map, "at", view_time(ctx, reports_cases(k->w->reports), row_int(r, AFTER_DATA + 3)));
	put(arena, &map, "cancelled", value_bool(row_int(r, AFTER_DATA + 4) != 0));
	put(arena, &map, "reason", value_str(row_str(r, AFTER_DATA + 5)));
	put(arena, &map, "payer", value_str(row_str(r, AFTER_DATA + 6)));
	put(arena, &map, "cashier", value_str(row_str(r, AFTER_DATA + 7)));
	put(arena, &map, "refunded", value_int(row_int(r, AFTER_DATA + 8)));
	return map;
}

/* What the case costs, as it stands in its row of fees: never worked out again here. */
static enum err fee_map(struct ctx *ctx, const struct walk *k, str code, struct value *ret)
{
	struct case_file c;
	struct fee fee;
	*ret = value_null();
	if (!k->w->declared->needs_fee)
		return OK;
	TRY(case_load(ctx, k->db, code, &c));
	TRY(fee_load(ctx, k->db, &c, &fee));
	*ret = value_map();
	put(ctx->arena, ret, "due", value_int(fee.due));
	put(ctx->arena, ret, "paid", value_int(fee.paid));
	put(ctx->arena, ret, "refunded", value_int(fee.refunded));
	put(ctx->arena, ret, "waiver", value_str(fee.waiver));
	put(ctx->arena, ret, "state", value_get(fee_status_view(ctx, &fee), S("text")));
	return OK;
}

/* How the citizen rated the case, where the list stands behind a figure of ratings; else null. */
static enum err rating_of(struct ctx *ctx, const struct walk *k, int64_t case_id, struct value *ret)
{
	const struct behind *figure = behind_of(k->w->figure);
	const char *words = NULL;
	*ret = value_null();
	if (!figure || !figure->rated)
		return OK;
	TRY(reception_rating(ctx, k->db, case_id, &words));
	if (words)
		*ret = value_str(str_z(ctx_text(ctx, words)));
	return OK;
}

static enum err row_map(struct ctx *ctx, const struct walk *k, const struct rows *r,
			int64_t organisation, struct value *ret_map)
{
	struct arena *arena = ctx->arena;
	struct case_file c = case_of(r);
	struct json_fault fault;
	struct value map = value_map(), data = value_map(), office, rating, about, fee;
	str text = row_str(r, 23);
	if (k->w->declared->needs_data && !str_empty(text) &&
	    !json_parse(arena, text, &data, &fault))
		return fail(ctx, ERR_DATABASE, "The case's data cannot be read");
	office = organisation_map(arena, organisation_by_id(
		cases_people(reports_cases(k->w->reports)), organisation), k->w->language);
	put(arena, &map, "n", value_int(row_int(r, 2)));
	TRY(rating_of(ctx, k, c.id, &rating));
	about = case_map(ctx, k, &c);
	put(arena, &about, "rating", rating);
	put(arena, &map, "case", about);
	put(arena, &map, "applicant", applicant_map(arena, &c));
	put(arena, &map, "organisation", office);
	put(arena, &map, "agency", office);
	put(arena, &map, "data", data);
	struct value entry = entry_of(arena, k->w->declared->book, data);
	if (value_is_null(entry) && !str_empty(k->w->declared->book))
		entry = letter_entry(arena, k, r);
	put(arena, &map, "entry", entry);
	TRY(fee_map(ctx, k, c.code, &fee));
	put(arena, &map, "fee", fee);
	put(arena, &map, "receipt", k->w->declared->receipts ? receipt_map(ctx, k, r) : value_null());
	*ret_map = map;
	return OK;
}

/* Whether the row is one of those the figure counts. */
static enum err is_counted(struct ctx *ctx, const struct walk *k, const struct rows *r, bool *ret)
{
	const struct behind *figure = behind_of(k->w->figure);
	struct cases *cases = reports_cases(k->w->reports);
	struct case_file c;
	usec due, end = period_end(k);
	*ret = true;
	if (!figure || figure->nation == NATION_ANY)
		return OK;
	TRY(case_load(ctx, k->db, row_str(r, 4), &c));
	TRY(case_national_due(ctx, cases, &c, &due));
	if (c.finished_at && c.finished_at < end)
		end = case_national_end(&c);
	*ret = (due && end > due) == (figure->nation == NATION_LATE);
	return OK;
}

static enum err give_row(struct ctx *ctx, struct walk *k, const struct rows *r, int64_t organisation)
{
	const struct declared *d = k->w->declared;
	struct ctx own = *ctx;
	struct value map;
	struct register_row row = {
		.mark = { organisation, row_int(r, 0), row_int(r, 1) }, .case_id = row_int(r, 3),
		.code = row_str(r, 4),
		.cells = ARENA_ARRAY(ctx->arena, struct cell, d->n_columns),
	};
	own.arena = &k->scratch;
	enum err err = row_map(&own, k, r, organisation, &map);
	if (err != OK)
		return fail(ctx, err, "%.*s", STR_ARG(own.fault.message));
	struct feel_scope scope = { .variables = map };
	for (size_t i = 0; i < d->n_columns; i++) {
		struct cell cell = cell_of(&k->scratch, feel_eval(d->columns[i].value, &k->scratch,
								  &scope, &k->env, NULL));
		cell.text = arena_copy(ctx->arena, cell.text);
		cell.grouped = d->columns[i].sum;
		row.cells[i] = cell;
	}
	err = k->each(ctx, k->arg, &row);
	arena_reset(&k->scratch);
	return err;
}

static enum err walk_organisation(struct ctx *ctx, struct walk *k, int64_t organisation,
				  const struct register_mark *after)
{
	struct register_mark last = { 0 };
	/* Again where rows were passed over, until the page is full. */
	for (size_t wanted = 1, read = 1; k->left && read == wanted; after = &last) {
		struct rows rows;
		wanted = k->left;
		sql_t q = query_of(k, ctx->arena, organisation, after);
		TRY(db_query_built(ctx, k->db, &rows, &q));
		for (read = 0; rows_next(&rows); read++) {
			bool counted;
			last = (struct register_mark){ organisation, row_int(&rows, 0),
						       row_int(&rows, 1) };
			TRY(is_counted(ctx, k, &rows, &counted));
			if (!counted)
				continue;
			TRY(give_row(ctx, k, &rows, organisation));
			k->left--;
			k->n++;
		}
		TRY(rows_end(&rows));
	}
	return OK;
}

enum err register_rows(struct ctx *ctx, struct db *db, const struct register_wanted *w, size_t most,
		       register_each *each, void *arg, size_t *ret_n)
{
	int zone = calendar_zone(cases_calendar(reports_cases(w->reports)));
	struct walk k = { .w = w, .db = db, .zone = zone, .each = each, .arg = arg, .left = most,
			  .env = { .now = w->now, .offset = zone } };
	bool begun = !w->after.organisation;
	enum err err = OK;
	arena_init(&k.scratch);
	for (size_t i = 0; err == OK && i < w->n_organisations && k.left; i++) {
		bool here = w->organisations[i] == w->after.organisation;
		if (begun || here)
			err = walk_organisation(ctx, &k, w->organisations[i],
						here ? &w->after : NULL);
		begun = begun || here;
	}
	arena_done(&k.scratch);
	*ret_n = k.n;
	return err;
}

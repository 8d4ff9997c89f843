/* motcua simulate: the real engine driven through realistic cases. The same seed gives the same
 * cases. Business time moves from --from to --to; several threads, as several officers. */
#include "app/answers.h"
#include "app/app.h"

#include "cases/fee.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

struct town {
	struct app *app;
	int64_t cases, seed;
	usec from, to;
	const struct procedure *const *procedures;
	size_t n_procedures;
	uint64_t shares; /* of all procedures together */
	struct principal *officers;
	size_t n_officers;
	bool talks; /* names each act when it was acknowledged */
	atomic_llong next, done;
	atomic_bool failed;
	struct fault fault;
	pthread_mutex_t lock; /* of fault and standard output */
};

/* ---- the life of one case ---- */

struct life {
	struct ctx ctx;
	struct town *town;
	struct dice dice;
	usec now;
	const struct procedure *procedure;
	str code;
	int64_t organisation;
	struct actor who;
	struct principal citizen; /* holds the case's PIN */
	int64_t acknowledged;     /* acts so far */
};

static const struct principal program = { .system = true };

struct reading {
	struct cases *cases;
	str code;
	struct case_file c;
	struct case_tasks tasks;
	struct fee fee;
};

static enum err read_tasks(struct ctx *ctx, struct db *db, void *arg)
{
	struct reading *r = arg;
	TRY(case_load(ctx, db, r->code, &r->c));
	TRY(fee_load(ctx, db, &r->c, &r->fee));
	return case_tasks(ctx, r->cases, db, &r->c, &r->tasks);
}

/* One line an acknowledged act, for those who test what survives a kill. */
static void acknowledge(struct life *life)
{
	struct town *town = life->town;
	life->acknowledged++;
	if (!town->talks)
		return;
	pthread_mutex_lock(&town->lock);
	printf("acknowledged %.*s %lld\n", STR_ARG(life->code), (long long)life->acknowledged);
	fflush(stdout);
	pthread_mutex_unlock(&town->lock);
}

/* Some working time later, and always on the way: acts do not overtake one another. Where the
 * citizen waits for the result everything goes quicker. */
static enum err pass_time(struct life *life, uint64_t minutes)
{
	uint64_t most = life->procedure->immediate ? minutes / 20 + 1 : minutes;
	usec work = (usec)(roll(&life->dice, most) + 1) * USEC_MINUTE;
	TRY(calendar_add_work(&life->ctx, cases_calendar(life->town->app->cases), life->now, work,
			      &life->now));
	life->who.effective_at = life->now;
	return OK;
}

static bool is_over(const struct life *life)
{
	return life->now > life->town->to;
}

/* An officer who may do it; the program itself in a town hall without staff. */
static void let_officer(struct life *life, enum act act, const struct object *object)
{
	const struct town *town = life->town;
	size_t first = town->n_officers ? roll(&life->dice, town->n_officers) : 0;
	life->who.principal = &program;
	for (size_t i = 0; i < town->n_officers; i++) {
		const struct principal *officer =
			&town->officers[(first + i) % town->n_officers];
		if (!may(town->app->people, officer, act, object))
			continue;
		life->who.principal = officer;
		return;
	}
}

static void let_office(struct life *life, enum act act)
{
	let_officer(life, act, &(struct object){ .organisation = life->organisation });
}

/* How common a procedure is: `share` of procedure.json, else 1. */
static uint64_t share_of(const struct procedure *p)
{
	return (uint64_t)value_integer(value_get(p->body, S("share")), 1);
}

static const struct procedure *choose_procedure(struct life *life)
{
	const struct town *town = life->town;
	uint64_t at = roll(&life->dice, town->shares);
	size_t i = 0;
	while (i + 1 < town->n_procedures && at >= share_of(town->procedures[i]))
		at -= share_of(town->procedures[i++]);
	return town->procedures[i];
}

/* One of those that receive the procedure's cases; 0 where there is none. */
static int64_t choose_organisation(struct life *life)
{
	struct organisations all = people_organisations(life->town->app->people);
	int64_t chosen = 0;
	uint64_t n = 0;
	for (size_t i = 0; i < all.n; i++)
		if (value_is_true(value_get(all.items[i].data, S("receives"))) &&
		    procedure_received_by(life->procedure, &all.items[i]) &&
		    roll(&life->dice, ++n) == 0)
			chosen = all.items[i].id;
	return chosen;
}

static str answered(const struct life *life, struct value data, const char *key)
{
	return value_text(value_path(data, value_text(value_get(
		value_get(life->procedure->body, S("applicant")), str_z(key)))));
}

static bool is_taken(struct value channels, const char *channel)
{
	for (uint32_t i = 0; i < channels.n; i++)
		if (str_eq(value_text(channels.items[i]), str_z(channel)))
			return true;
	return false;
}

static enum err file_case(struct life *life)
{
	struct town *town = life->town;
	struct case_result result;
	struct form_result form;
	const struct procedure *p = life->procedure = choose_procedure(life);
	bool online = is_taken(value_get(p->body, S("channels")), "online");
	answers_make(&life->ctx, &life->dice, life->now, procedure_form(p, S("apply"), S("vi")),
		     value_map(), &form);
	life->organisation = choose_organisation(life);
	struct attachment paper;
	bool scanned = life->now / USEC_MINUTE % 3 == 0;
	if (scanned)
		TRY(answers_scan(&life->ctx, cases_store(town->app->cases), p, &paper));
	struct submission s = {
		.procedure = p->name, .data = form.submission, .organisation = life->organisation,
		.channel = !online || roll(&life->dice, 3) ? CHANNEL_DIRECT : CHANNEL_ONLINE,
		.applicant = answered(life, form.submission, "name"),
		.applicant_id = answered(life, form.submission, "id_number"),
		.phone = answered(life, form.submission, "phone"),
		.email = answered(life, form.submission, "email"),
		.address = answered(life, form.submission, "address"),
		.effective_at = life->now, .reason = S("simulation"),
		.attachments = &paper, .n_attachments = scanned,
	};
	life->who.principal = &life->citizen;
	if (s.channel == CHANNEL_DIRECT)
		let_office(life, ACT_CASE_FILE);
	TRY(case_submit(&life->ctx, town->app->cases, &life->who, &s, &result));
	life->code = arena_copy(life->ctx.arena, result.code);
	life->citizen.case_id = result.id;
	acknowledge(life);
	return OK;
}

static enum err accept_case(struct life *life)
{
	struct acceptance acceptance = { 0 };
	let_office(life, ACT_CASE_ACCEPT);
	TRY(case_accept(&life->ctx, life->town->app->cases, &life->who, life->code, &acceptance));
	acknowledge(life);
	return OK;
}

static enum err refuse_case(struct life *life)
{
	struct actor who;
	let_office(life, ACT_CASE_ACCEPT);
	who = life->who;
	who.reason = S("Hồ sơ không thuộc thẩm quyền");
	TRY(case_refuse(&life->ctx, life->town->app->cases, &who, life->code));
	acknowledge(life);
	return OK;
}

static enum err withdraw_case(struct life *life)
{
	life->who.principal = &life->citizen;
	TRY(case_withdraw(&life->ctx, life->town->app->cases, &life->who, life->code));
	acknowledge(life);
	return OK;
}

static enum err supplement(struct life *life)
{
	struct value items = value_list(), item = value_map();
	struct completion given = { .data = value_null() };
	value_append(life->ctx.arena, &item, S("text"), value_str(S("Bản sao rõ nét của giấy tờ kèm theo")));
	value_push(life->ctx.arena, &items, item);
	let_office(life, ACT_CASE_WORK);
	TRY(case_ask_supplement(&life->ctx, life->town->app->cases, &life->who, life->code, items));
	acknowledge(life);
	TRY(pass_time(life, 1500));
	if (is_over(life))
		return OK;
	life->who.principal = &life->citizen;
	TRY(case_give_supplement(&life->ctx, life->town->app->cases, &life->who, life->code, &given));
	acknowledge(life);
	return OK;
}

/* The outcome is told apart from the data. */
static struct value without_outcome(struct arena *arena, struct value submission)
{
	struct value data = value_map();
	for (uint32_t i = 0; i < submission.n; i++)
		if (!str_eq(submission.members[i].key, S("outcome")))
			value_append(arena, &data, submission.members[i].key,
				     submission.members[i].value);
	return data;
}

/* What the officer writes into the step's form. A leader now and then sends the work back. */
static struct completion fill_in(struct life *life, const struct case_task *task, struct value data)
{
	const struct flow_definition *flow = life->procedure->flow;
	const struct form *form = procedure_form(life->procedure,
		flow->elements[flow_find(flow, task->element)].form_id, S("vi"));
	struct completion done = { .data = value_null() };
	struct form_result filled;
	if (!form)
		return done;
	struct value known = value_copy(life->ctx.arena, data);
	if (task->role == ROLE_LEADER && roll(&life->dice, 25))
		value_set(life->ctx.arena, &known, S("outcome"), value_str(S("approve")));
	answers_make(&life->ctx, &life->dice, life->now, form, known, &filled);
	done.outcome = value_text(value_get(filled.submission, S("outcome")));
	done.data = without_outcome(life->ctx.arena, filled.submission);
	return done;
}

/* A further book of receipts; another thread may have opened it in the meantime. */
static void open_book(struct life *life)
{
	enum { RECEIPTS = 100000 };
	struct actor who = { .principal = &program, .effective_at = life->now };
	struct fee_book book = {
		.organisation = life->organisation, .first = 1, .last = RECEIPTS,
		.series = arena_printf(life->ctx.arena, "MP/%lld", (long long)life->now),
	};
	(void)fee_book_open(&life->ctx, life->town->app->cases, &who, &book);
}

/* Takes the step, and does it a while later. */
static enum err do_task(struct life *life, const struct case_task *task, struct value data)
{
	struct cases *cases = life->town->app->cases;
	let_officer(life, ACT_CASE_WORK,
		    &(struct object){ .organisation = life->organisation, .agencies = &task->agency,
				      .n_agencies = 1, .has_role = true, .role = task->role });
	TRY(case_claim(&life->ctx, cases, &life->who, life->code, task->node));
	acknowledge(life);
	TRY(pass_time(life, 60));
	if (is_over(life))
		return OK;
	struct completion done = fill_in(life, task, data);
	TRY(case_complete(&life->ctx, cases, &life->who, life->code, task->node, &done));
	acknowledge(life);
	return OK;
}

/* What is due is paid at the counter. */
static enum err pay(struct life *life, const struct fee *fee)
{
	struct cases *cases = life->town->app->cases;
	struct fee_payment payment = { .amount = fee->due, .method = FEE_CASH };
	int64_t receipt;
	if (fee->state != FEE_DUE)
		return OK;
	let_office(life, ACT_FEE_TAKE);
	if (fee_take(&life->ctx, cases, &life->who, life->code, &payment, &receipt) != OK) {
		open_book(life);
		TRY(fee_take(&life->ctx, cases, &life->who, life->code, &payment, &receipt));
	}
	acknowledge(life);
	return OK;
}

/* Works the first open task; false when none is left. */
static enum err work(struct life *life, bool *ret_more)
{
	struct reading r = { .cases = life->town->app->cases, .code = life->code };
	*ret_more = false;
	TRY(store_read(&life->ctx, life->town->app->store, read_tasks, &r));
	if (r.c.status == CASE_SUPPLEMENT)
		return OK;
	for (size_t i = 0; i < r.tasks.n; i++) {
		if (!r.tasks.items[i].open)
			continue;
		*ret_more = true;
		TRY(pay(life, &r.fee));
		return do_task(life, &r.tasks.items[i], r.c.data);
	}
	return OK;
}

static enum err live(struct life *life)
{
	uint64_t fate = roll(&life->dice, 100);
	bool more = true;
	TRY(file_case(life));
	TRY(pass_time(life, 180));
	if (is_over(life) || (fate >= 5 && fate < 8))
		return OK; /* still waiting to be taken in */
	if (fate < 3)
		return refuse_case(life);
	if (fate < 5)
		return withdraw_case(life);
	TRY(accept_case(life));
	TRY(pass_time(life, 240));
	if (fate < 20 && !is_over(life))
		TRY(supplement(life));
	/* Some are still on their way when the simulation ends. */
	for (int steps = 0; more && (fate >= 25 || steps < 2); steps++) {
		TRY(pass_time(life, fate >= 92 ? 1500 : 200));
		if (is_over(life))
			return OK;
		TRY(work(life, &more));
	}
	return OK;
}

/* ---- many ---- */

static void note_failure(struct town *town, const struct fault *fault)
{
	pthread_mutex_lock(&town->lock);
	if (!atomic_exchange(&town->failed, true)) {
		town->fault = *fault;
		town->fault.message = arena_copy(&town->app->arena, fault->message);
		town->fault.detail = arena_copy(&town->app->arena, fault->detail);
	}
	pthread_mutex_unlock(&town->lock);
}

static void say_done(struct town *town)
{
	int64_t n = atomic_fetch_add(&town->done, 1) + 1;
	if (n % 1000 == 0)
		fprintf(stderr, "%lld cases\n", (long long)n);
}

static void *citizens(void *arg)
{
	struct town *town = arg;
	struct arena arena;
	arena_init(&arena);
	for (;;) {
		int64_t i = atomic_fetch_add(&town->next, 1);
		if (i >= town->cases || atomic_load(&town->failed))
			break;
		struct life life = { .ctx = { .arena = &arena }, .town = town,
				     .dice = dice_of(town->seed, i) };
		usec span = town->to - town->from;
		life.now = town->from + (town->cases > 1 ? span / (town->cases) * i : 0);
		life.who = (struct actor){ .effective_at = life.now, .reason = S("simulation") };
		if (live(&life) != OK)
			note_failure(town, &life.ctx.fault);
		else
			say_done(town);
		arena_reset(&arena);
	}
	arena_done(&arena);
	return NULL;
}

static enum err read_span(struct ctx *ctx, struct town *town)
{
	const struct options *o = &town->app->options;
	town->to = clock_business();
	town->from = town->to - 30 * USEC_DAY;
	if (o->from && !time_parse(str_z(o->from), &town->from))
		return fail(ctx, ERR_INVALID, "--from: write a time like 2015-01-26T09:00:00+07:00");
	if (o->to && !time_parse(str_z(o->to), &town->to))
		return fail(ctx, ERR_INVALID, "--to: write a time like 2015-01-26T09:00:00+07:00");
	if (town->from >= town->to)
		return fail(ctx, ERR_INVALID, "--from must lie before --to");
	return OK;
}

/* Everybody who may sign in, with their grants. */
static enum err read_officers(struct ctx *ctx, struct db *db, void *arg)
{
	enum { OFFICERS_MAX = 1000 };
	struct town *town = arg;
	struct rows rows;
	int64_t ids[OFFICERS_MAX];
	size_t n = 0;
	TRY(db_query(ctx, db, &rows, SQL("SELECT id FROM account WHERE disabled = 0 ORDER BY login")));
	while (n < OFFICERS_MAX && rows_next(&rows))
		ids[n++] = row_int(&rows, 0);
	TRY(rows_end(&rows));
	town->officers = ARENA_ARRAY(ctx->arena, struct principal, n + 1);
	for (town->n_officers = 0; town->n_officers < n; town->n_officers++)
		TRY(account_principal(ctx, db, ids[town->n_officers],
				      &town->officers[town->n_officers]));
	return OK;
}

/* All procedures in force when it begins, or the one that was named. */
static enum err choose_procedures(struct ctx *ctx, struct town *town)
{
	const struct procedure **procedures;
	const char *name = town->app->options.procedure;
	procedures_in_force(town->app->cases, ctx->arena, town->from, &procedures,
			    &town->n_procedures);
	town->procedures = procedures;
	for (size_t i = 0; name && i < town->n_procedures; i++) {
		if (!str_eq(procedures[i]->name, str_z(name)))
			continue;
		procedures[0] = procedures[i];
		town->n_procedures = 1;
		return OK;
	}
	return name ? fail(ctx, ERR_INVALID, "There is no procedure “%s” in force", name) : OK;
}

static enum err read_town(struct ctx *ctx, struct town *town)
{
	const struct options *o = &town->app->options;
	town->seed = 1;
	town->talks = getenv("MOTCUA_ACKNOWLEDGE") != NULL;
	if (!o->cases || !str_int(str_z(o->cases), 1, 100000000, &town->cases))
		return fail(ctx, ERR_INVALID, "--cases N: write a whole number");
	if (o->seed && !str_int(str_z(o->seed), 0, INT32_MAX, &town->seed))
		return fail(ctx, ERR_INVALID, "--seed K: write a whole number");
	TRY(read_span(ctx, town));
	TRY(choose_procedures(ctx, town));
	TRY(store_read(ctx, town->app->store, read_officers, town));
	for (size_t i = 0; i < town->n_procedures; i++)
		town->shares += share_of(town->procedures[i]);
	if (!town->shares)
		return fail(ctx, ERR_INVALID, "There is no procedure in force");
	return OK;
}

enum err command_simulate(struct ctx *ctx, struct app *app)
{
	enum { THREADS_MAX = 64 };
	struct town town = { .app = app };
	pthread_t threads[THREADS_MAX];
	int64_t n = 8;
	TRY(app_open(ctx, app));
	TRY(read_town(ctx, &town));
	if (app->options.threads && !str_int(str_z(app->options.threads), 1, THREADS_MAX, &n))
		return fail(ctx, ERR_INVALID, "--threads: write a number from 1 to 64");
	pthread_mutex_init(&town.lock, NULL);
	usec began = clock_monotonic();
	for (int64_t i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, citizens, &town) != 0)
			return fail(ctx, ERR_IO, "No thread can be started");
	for (int64_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&town.lock);
	if (atomic_load(&town.failed)) {
		ctx->fault = town.fault;
		return town.fault.code;
	}
	double seconds = (double)(clock_monotonic() - began) / (double)USEC_SECOND;
	printf("%lld cases in %.1f s, %.0f a second, on %s\n", (long long)town.cases, seconds,
	       (double)town.cases / seconds, store_engine(app->store));
	return OK;
}

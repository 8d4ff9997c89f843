/* hall.json: which services and counters a hall has. */
#include "reception/room.h"

#include <sodium.h>

static const struct migration steps[] = {
	{ 1, "tickets, seats and appointments",
	  "CREATE TABLE ticket (id INT PRIMARY KEY, organisation INT NOT NULL,"
	  " day INT NOT NULL DEFAULT 0, service TEXT NOT NULL DEFAULT '',"
	  " number INT NOT NULL DEFAULT 0, label TEXT NOT NULL DEFAULT '',"
	  " state TEXT NOT NULL DEFAULT '', priority INT NOT NULL DEFAULT 0,"
	  " counter INT NOT NULL DEFAULT 0, only_counter INT NOT NULL DEFAULT 0,"
	  " holder INT NOT NULL DEFAULT 0, calls INT NOT NULL DEFAULT 0,"
	  " appointment INT NOT NULL DEFAULT 0, issued_at INT NOT NULL DEFAULT 0,"
	  " first_called_at INT NOT NULL DEFAULT 0, called_at INT NOT NULL DEFAULT 0,"
	  " begun_at INT NOT NULL DEFAULT 0, ended_at INT NOT NULL DEFAULT 0,"
	  " level INT NOT NULL DEFAULT 0, rated_at INT NOT NULL DEFAULT 0);"
	  "CREATE UNIQUE INDEX ticket_label ON ticket (organisation, day, label);"
	  "CREATE INDEX ticket_queue ON ticket (organisation, day, state, issued_at);"
	  "CREATE TABLE ticket_number (organisation INT NOT NULL, day INT NOT NULL,"
	  " service TEXT NOT NULL, n INT NOT NULL, PRIMARY KEY (organisation, day, service));"
	  "CREATE TABLE ticket_request (request TEXT PRIMARY KEY, ticket INT NOT NULL,"
	  " asked_at INT NOT NULL);"
	  "CREATE TABLE seat (id INT PRIMARY KEY, organisation INT NOT NULL,"
	  " counter INT NOT NULL DEFAULT 0, account INT NOT NULL DEFAULT 0,"
	  " day INT NOT NULL DEFAULT 0, opened_at INT NOT NULL DEFAULT 0,"
	  " closed_at INT NOT NULL DEFAULT 0);"
	  "CREATE UNIQUE INDEX seat_open ON seat (organisation, counter) WHERE closed_at = 0;"
	  "CREATE TABLE appointment (id INT PRIMARY KEY, organisation INT NOT NULL,"
	  " service TEXT NOT NULL DEFAULT '', procedure TEXT NOT NULL DEFAULT '',"
	  " day INT NOT NULL DEFAULT 0, minute INT NOT NULL DEFAULT 0,"
	  " state TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',"
	  " name TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL DEFAULT '',"
	  " ticket INT NOT NULL DEFAULT 0);"
	  "CREATE UNIQUE INDEX appointment_code ON appointment (code);"
	  "CREATE INDEX appointment_day ON appointment (organisation, day, minute);"
	  "CREATE TABLE slot (organisation INT NOT NULL, service TEXT NOT NULL, day INT NOT NULL,"
	  " minute INT NOT NULL, taken INT NOT NULL,"
	  " PRIMARY KEY (organisation, service, day, minute));" },
	{ 2, "ratings of cases",
	  "CREATE TABLE rating (id INT PRIMARY KEY, organisation INT NOT NULL,"
	  " case_id INT NOT NULL DEFAULT 0, procedure TEXT NOT NULL DEFAULT '',"
	  " officer INT NOT NULL DEFAULT 0, day INT NOT NULL DEFAULT 0,"
	  " level INT NOT NULL DEFAULT 0, access INT NOT NULL DEFAULT 0,"
	  " course INT NOT NULL DEFAULT 0, official INT NOT NULL DEFAULT 0,"
	  " result INT NOT NULL DEFAULT 0, handling INT NOT NULL DEFAULT 0,"
	  " comment TEXT NOT NULL DEFAULT '', first_at INT NOT NULL DEFAULT 0,"
	  " changed_at INT NOT NULL DEFAULT 0);"
	  "CREATE UNIQUE INDEX rating_case ON rating (case_id);"
	  "CREATE INDEX rating_day ON rating (organisation, day);" },
	/* That somebody came is what the ticket says. */
	{ 3, "tickets of appointments",
	  "ALTER TABLE appointment DROP COLUMN ticket;"
	  "CREATE UNIQUE INDEX ticket_appointment ON ticket (appointment) WHERE appointment <> 0;" },
};

const struct migration_set reception_migrations = { "reception", steps,
						    sizeof steps / sizeof *steps };

enum { MINUTES = 10, SLOT_MINUTES = 30, DAYS_AHEAD = 14 };

/* ---- reading ---- */

static enum err wrong(struct ctx *ctx, const char *where, size_t i, const char *what)
{
	return fail(ctx, ERR_INVALID, "hall.json, %s %zu: %s", where, i + 1, what);
}

static bool is_prefix(str prefix)
{
	return prefix.n == 1 && prefix.p[0] >= 'A' && prefix.p[0] <= 'Z';
}

static enum err read_service(struct ctx *ctx, struct value v, size_t i, struct hall_service *all)
{
	struct hall_service *s = &all[i];
	*s = (struct hall_service){
		.code = value_text(value_get(v, S("code"))),
		.prefix = value_text(value_get(v, S("prefix"))),
		.title = value_get(v, S("title")), .procedures = value_get(v, S("procedures")),
		.minutes = value_integer(value_get(v, S("minutes")), MINUTES),
		.capacity = value_integer(value_get(v, S("appointments")), 0),
	};
	if (str_empty(s->code) || str_empty(hall_text(s->title, S("vi"))))
		return wrong(ctx, "service", i, "code or title.vi is missing");
	if (!is_prefix(s->prefix))
		return wrong(ctx, "service", i, "prefix must be one capital letter");
	if (s->minutes < 1 || s->minutes > 480 || s->capacity < 0)
		return wrong(ctx, "service", i, "minutes or appointments is out of range");
	for (size_t k = 0; k < i; k++)
		if (str_eq(all[k].prefix, s->prefix) || str_eq(all[k].code, s->code))
			return wrong(ctx, "service", i, "code or prefix is there twice");
	return OK;
}

static enum err read_counter(struct ctx *ctx, const struct hall *hall, struct value v, size_t i,
			     struct hall_counter *all)
{
	struct hall_counter *c = &all[i];
	*c = (struct hall_counter){ value_integer(value_get(v, S("number")), 0),
				    value_get(v, S("title")), value_get(v, S("services")) };
	if (c->number < 1 || c->number > 99)
		return wrong(ctx, "counter", i, "number must be 1 to 99");
	for (size_t k = 0; k < i; k++)
		if (all[k].number == c->number)
			return wrong(ctx, "counter", i, "number is there twice");
	for (uint32_t k = 0; k < c->services.n; k++)
		if (!hall_service(hall, value_text(value_item(c->services, k))))
			return wrong(ctx, "counter", i, "there is no such service");
	return c->services.kind == VALUE_LIST && c->services.n ? OK :
		wrong(ctx, "counter", i, "services are missing");
}

static enum err read_hall(struct ctx *ctx, struct value v, struct hall *hall)
{
	struct value services = value_get(v, S("services")), counters = value_get(v, S("counters"));
	if (services.kind != VALUE_LIST || counters.kind != VALUE_LIST)
		return fail(ctx, ERR_INVALID, "hall.json: a hall has lists of services and counters");
	struct hall_service *s = ARENA_ARRAY(ctx->arena, struct hall_service, services.n + 1);
	struct hall_counter *c = ARENA_ARRAY(ctx->arena, struct hall_counter, counters.n + 1);
	hall->services = s;
	hall->counters = c;
	hall->slot_minutes = value_integer(value_path(v, S("slots.minutes")), SLOT_MINUTES);
	hall->days_ahead = value_integer(value_path(v, S("slots.days_ahead")), DAYS_AHEAD);
	if (hall->slot_minutes < 5 || hall->slot_minutes > 480 || hall->days_ahead < 1 ||
	    hall->days_ahead > 60)
		return fail(ctx, ERR_INVALID, "hall.json: slots are out of range");
	for (; hall->n_services < services.n; hall->n_services++)
		TRY(read_service(ctx, services.items[hall->n_services], hall->n_services, s));
	for (; hall->n_counters < counters.n; hall->n_counters++)
		TRY(read_counter(ctx, hall, counters.items[hall->n_counters], hall->n_counters, c));
	return OK;
}

enum err reception_check(struct ctx *ctx, struct value file)
{
	struct value halls = value_get(file, S("halls"));
	for (uint32_t i = 0; halls.kind == VALUE_LIST && i < halls.n; i++) {
		struct hall hall = { 0 };
		TRY(read_hall(ctx, halls.items[i], &hall));
	}
	return OK;
}

/* One description may serve several organisations. */
static enum err place_halls(struct ctx *ctx, struct reception *reception, struct value halls)
{
	size_t room = people_organisations(reception->people).n + 1, n = 0;
	struct hall *all = ARENA_ARRAY(ctx->arena, struct hall, room);
	reception->halls = all;
	for (uint32_t i = 0; halls.kind == VALUE_LIST && i < halls.n; i++) {
		struct value codes = value_get(halls.items[i], S("organisations"));
		struct hall hall = { 0 };
		TRY(read_hall(ctx, halls.items[i], &hall));
		for (uint32_t k = 0; codes.kind == VALUE_LIST && k < codes.n; k++) {
			str code = value_text(value_item(codes, k));
			hall.organisation = organisation_by_code(reception->people, code);
			reception->n = n;
			if (!hall.organisation || hall_by_code(reception, code))
				return fail(ctx, ERR_INVALID, "hall.json: organisation “%.*s” is"
					    " unknown or has two halls", STR_ARG(code));
			all[n++] = hall;
		}
	}
	reception->n = n;
	return OK;
}

static enum err read_file(struct ctx *ctx, struct db *db, void *arg)
{
	return setting_read(ctx, db, S("hall"), arg);
}

enum err halls_load(struct ctx *ctx, struct reception *reception)
{
	struct ctx own = *ctx;
	struct value file;
	own.arena = &reception->arena;
	enum err err = store_read(&own, reception->store, read_file, &file);
	if (err == OK)
		err = place_halls(&own, reception, value_get(file, S("halls")));
	ctx->fault = own.fault;
	ctx->fault.message = arena_copy(ctx->arena, own.fault.message);
	return err;
}

enum err reception_open(struct ctx *ctx, struct store *store, struct people *people,
			struct cases *cases, const uint8_t secret[static 32],
			struct reception **ret_reception)
{
	struct reception *reception = calloc(1, sizeof *reception);
	if (!reception)
		abort();
	*reception = (struct reception){ .store = store, .people = people, .cases = cases };
	memcpy(reception->secret, secret, sizeof reception->secret);
	arena_init(&reception->arena);
	enum err err = halls_load(ctx, reception);
	if (err != OK) {
		reception_close(reception);
		return err;
	}
	cases_hall(cases, ticket_visit);
	*ret_reception = reception;
	return OK;
}

void reception_close(struct reception *reception)
{
	if (!reception)
		return;
	arena_done(&reception->arena);
	free(reception);
}

enum err reception_verify(struct ctx *ctx, struct reception *reception,
			  struct reception_report *ret_report)
{
	static const struct record_table *const tables[] = { &ticket_table, &seat_table,
							     &appointment_table, &rating_table };
	*ret_report = (struct reception_report){ .sound = true, .finding = S("") };
	for (size_t i = 0; i < ARRAY_SIZE(tables) && ret_report->sound; i++)
		TRY(record_verify(ctx, reception->store, tables[i], ret_report));
	return store_read(ctx, reception->store, slots_verify, ret_report);
}

/* ---- looking up ---- */

const struct hall *hall_by_code(const struct reception *reception, str organisation)
{
	for (size_t i = 0; i < reception->n; i++)
		if (str_eq(reception->halls[i].organisation->code, organisation))
			return &reception->halls[i];
	return NULL;
}

const struct hall *hall_by_id(const struct reception *reception, int64_t organisation)
{
	for (size_t i = 0; i < reception->n; i++)
		if (reception->halls[i].organisation->id == organisation)
			return &reception->halls[i];
	return NULL;
}

const struct hall_service *hall_service(const struct hall *hall, str code)
{
	for (size_t i = 0; i < hall->n_services; i++)
		if (str_eq(hall->services[i].code, code))
			return &hall->services[i];
	return NULL;
}

const struct hall_counter *hall_counter(const struct hall *hall, int64_t number)
{
	for (size_t i = 0; i < hall->n_counters; i++)
		if (hall->counters[i].number == number)
			return &hall->counters[i];
	return NULL;
}

static bool lists(struct value list, str text)
{
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++)
		if (str_eq(value_text(list.items[i]), text))
			return true;
	return false;
}

const struct hall_service *hall_service_of(const struct hall *hall, str procedure)
{
	for (size_t i = 0; i < hall->n_services; i++)
		if (lists(hall->services[i].procedures, procedure))
			return &hall->services[i];
	return NULL;
}

bool counter_serves(const struct hall_counter *counter, str service)
{
	return lists(counter->services, service);
}

str hall_text(struct value texts, str language)
{
	str own = value_text(value_get(texts, language));
	return str_empty(own) ? value_text(value_get(texts, S("vi"))) : own;
}

str keyed_digits(const struct reception *reception, struct arena *arena, str what, size_t n)
{
	uint8_t hash[32];
	char *digits = arena_alloc(arena, n + 1);
	crypto_generichash(hash, sizeof hash, (const uint8_t *)what.p, what.n, reception->secret,
			   sizeof reception->secret);
	for (size_t i = 0; i < n && i < sizeof hash; i++)
		digits[i] = (char)('0' + hash[i] % 10);
	digits[n] = '\0';
	return str_of(digits, n);
}

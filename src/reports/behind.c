#include "reports/behind.h"

#include "cases/cases.h"

static void accepted_by(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.accepted_at >= $1 AND c.accepted_at < $2"), from, to);
}

static void solved(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.finished_at >= $1 AND c.finished_at < $2"), from, to);
}

static void open_at_end(sql_t *q, usec from, usec to)
{
	(void)from;
	sql_add(q, SQL(" AND c.accepted_at < $1 AND (c.finished_at = 0 OR c.finished_at >= $1)"), to);
}

static void online(sql_t *q, usec from, usec to)
{
	accepted_by(q, from, to);
	sql_add(q, SQL(" AND c.channel = 2"));
}

static void at_counter(sql_t *q, usec from, usec to)
{
	accepted_by(q, from, to);
	sql_add(q, SQL(" AND c.channel <> 2"));
}

static void by_post(sql_t *q, usec from, usec to)
{
	accepted_by(q, from, to);
	sql_add(q, SQL(" AND c.channel = 3"));
}

static void direct(sql_t *q, usec from, usec to)
{
	accepted_by(q, from, to);
	sql_add(q, SQL(" AND c.channel = 1"));
}

static void elsewhere(sql_t *q, usec from, usec to)
{
	accepted_by(q, from, to);
	sql_add(q, SQL(" AND c.competent NOT IN (0, c.organisation)"));
}

static void submitted(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.submitted_at >= $1 AND c.submitted_at < $2"), from, to);
}

/* Not taken in by then, and not ended either. */
static void waiting(sql_t *q, usec from, usec to)
{
	(void)from;
	sql_add(q, SQL(" AND c.submitted_at > 0 AND c.submitted_at < $1"
		       " AND (c.accepted_at = 0 OR c.accepted_at >= $1)"
		       " AND (c.finished_at = 0 OR c.finished_at >= $1)"), to);
}

static void not_accepted(sql_t *q, usec from, usec to)
{
	solved(q, from, to);
	sql_add(q, SQL(" AND c.accepted_at = 0 AND c.status IN (3, 8)"));
}

static void carried(sql_t *q, usec from, usec to)
{
	(void)to;
	sql_add(q, SQL(" AND c.accepted_at < $1 AND (c.finished_at = 0 OR c.finished_at >= $1)"), from);
}

static void received(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.accepted_at < $2 AND (c.finished_at = 0 OR c.finished_at >= $1)"), from,
		to);
}

static void solved_early(sql_t *q, usec from, usec to)
{
	solved(q, from, to);
	sql_add(q, SQL(" AND c.due_at - c.finished_at >= $1"), USEC_DAY);
}

static void solved_on_time(sql_t *q, usec from, usec to)
{
	solved(q, from, to);
	sql_add(q, SQL(" AND (c.due_at = 0 OR (c.finished_at <= c.due_at AND"
		       " c.due_at - c.finished_at < $1))"), USEC_DAY);
}

static void solved_late(sql_t *q, usec from, usec to)
{
	solved(q, from, to);
	sql_add(q, SQL(" AND c.due_at > 0 AND c.finished_at > c.due_at"));
}

static void late_apologised(sql_t *q, usec from, usec to)
{
	solved_late(q, from, to);
	sql_add(q, SQL(" AND c.apologised > 0"));
}

static void late_silent(sql_t *q, usec from, usec to)
{
	solved_late(q, from, to);
	sql_add(q, SQL(" AND c.apologised = 0"));
}

static void new_date_kept(sql_t *q, usec from, usec to)
{
	solved(q, from, to);
	sql_add(q, SQL(" AND c.apologised > 0 AND (c.due_at = 0 OR c.finished_at <= c.due_at)"));
}

static void open_late(sql_t *q, usec from, usec to)
{
	open_at_end(q, from, to);
	sql_add(q, SQL(" AND c.due_at > 0 AND c.due_at < $1"), to);
}

static void open_within(sql_t *q, usec from, usec to)
{
	open_at_end(q, from, to);
	sql_add(q, SQL(" AND (c.due_at = 0 OR c.due_at >= $1)"), to);
}

static void withdrawn(sql_t *q, usec from, usec to)
{
	solved(q, from, to);
	sql_add(q, SQL(" AND c.status = 7"));
}

static void stopped(sql_t *q, usec from, usec to)
{
	solved(q, from, to);
	sql_add(q, SQL(" AND c.status = 8"));
}

static void returned(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.returned_at >= $1 AND c.returned_at < $2"), from, to);
}

/* By whose step overran first, as figures.c counts them. */
#define FIRST_LATE_STEP                                                                          \
	"COALESCE((SELECT t.role FROM case_task t WHERE t.organisation = c.organisation"          \
	" AND t.case_id = c.id AND t.due_at > 0 AND t.done_at > t.due_at"                         \
	" ORDER BY t.due_at, t.node LIMIT 1), '')"

static void late_reception(sql_t *q, usec from, usec to)
{
	solved_late(q, from, to);
	sql_add(q, SQL(" AND " FIRST_LATE_STEP " = 'reception'"));
}

static void late_specialist(sql_t *q, usec from, usec to)
{
	solved_late(q, from, to);
	sql_add(q, SQL(" AND " FIRST_LATE_STEP " IN ('justice', 'specialist')"));
}

static void late_leader(sql_t *q, usec from, usec to)
{
	solved_late(q, from, to);
	sql_add(q, SQL(" AND " FIRST_LATE_STEP " = 'leader'"));
}

static void late_partner(sql_t *q, usec from, usec to)
{
	solved_late(q, from, to);
	sql_add(q, SQL(" AND " FIRST_LATE_STEP " IN ('police', 'insurance')"));
}

static void late_none(sql_t *q, usec from, usec to)
{
	solved_late(q, from, to);
	sql_add(q, SQL(" AND " FIRST_LATE_STEP " = ''"));
}

static void rated(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.id IN (SELECT case_id FROM rating WHERE first_at >= $1"
		       " AND first_at < $2)"), from, to);
}

static void rated_content(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.id IN (SELECT case_id FROM rating WHERE first_at >= $1"
		       " AND first_at < $2 AND level >= 4)"), from, to);
}

static void paid(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.id IN (SELECT case_id FROM fee_receipt WHERE cancelled_at = 0"
		       " AND taken_at >= $1 AND taken_at < $2)"), from, to);
}

static void paid_online(sql_t *q, usec from, usec to)
{
	sql_add(q, SQL(" AND c.id IN (SELECT case_id FROM fee_receipt WHERE cancelled_at = 0"
		       " AND method = 2 AND taken_at >= $1 AND taken_at < $2)"), from, to);
}

/* Rows of cases/digital.h with one of the marks, or any. */
static void with_result(sql_t *q, usec from, usec to)
{
	solved(q, from, to);
	sql_add(q, SQL(" AND EXISTS (SELECT 1 FROM case_digital d WHERE d.organisation ="
		       " c.organisation AND d.case_id = c.id AND d.counted_at = c.finished_at)"));
}

static void digital_papers(sql_t *q, usec from, usec to)
{
	with_result(q, from, to);
	sql_add(q, SQL(" AND EXISTS (SELECT 1 FROM case_digital d WHERE d.organisation ="
		       " c.organisation AND d.case_id = c.id AND d.papers = 1)"));
}

static void digital_result(sql_t *q, usec from, usec to)
{
	with_result(q, from, to);
	sql_add(q, SQL(" AND EXISTS (SELECT 1 FROM case_digital d WHERE d.organisation ="
		       " c.organisation AND d.case_id = c.id AND d.result = 1)"));
}

static void digital(sql_t *q, usec from, usec to)
{
	digital_papers(q, from, to);
	digital_result(q, from, to);
}

static void digital_online(sql_t *q, usec from, usec to)
{
	digital_result(q, from, to);
	sql_add(q, SQL(" AND c.channel = 2"));
}

static void reused(sql_t *q, usec from, usec to)
{
	with_result(q, from, to);
	sql_add(q, SQL(" AND EXISTS (SELECT 1 FROM case_digital d WHERE d.organisation ="
		       " c.organisation AND d.case_id = c.id AND d.reused = 1)"));
}

static const struct behind behind[] = {
	{ "national_on_time", received, NATION_ON_TIME }, { "national_late", received, NATION_LATE },
	{ "accepted", accepted_by }, { "online", online }, { "counter", at_counter },
	{ "post", by_post }, { "carried", carried }, { "received", received }, { "solved", solved },
	{ "early", solved_early }, { "on_time", solved_on_time }, { "late", solved_late },
	{ "late_apologised", late_apologised }, { "late_silent", late_silent },
	{ "new_date_kept", new_date_kept }, { "open", open_at_end }, { "open_late", open_late },
	{ "open_within", open_within }, { "withdrawn", withdrawn }, { "stopped", stopped },
	{ "returned", returned }, { "ratings", rated, .unaccepted = true, .rated = true },
	{ "ratings_content", rated_content, .unaccepted = true, .rated = true },
	{ "paid", paid, .unaccepted = true }, { "paid_online", paid_online, .unaccepted = true },
	{ "results", with_result },
	{ "digital_papers", digital_papers }, { "digital_result", digital_result },
	{ "digital", digital }, { "digital_online", digital_online }, { "reused", reused },
	{ "direct", direct }, { "elsewhere", elsewhere }, { "submitted", submitted, .unaccepted = true },
	{ "waiting", waiting, .unaccepted = true },
	{ "not_accepted", not_accepted, .unaccepted = true },
	{ "late_reception", late_reception }, { "late_specialist", late_specialist },
	{ "late_leader", late_leader }, { "late_partner", late_partner }, { "late_none", late_none },
};

const struct behind *behind_of(str figure)
{
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++)
		if (str_eq(str_z(behind[i].name), figure))
			return &behind[i];
	return NULL;
}

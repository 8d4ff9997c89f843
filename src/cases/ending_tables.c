/* The tables of what befalls a case beside its flow. */
#include "cases/endings.h"
#include "cases/room.h"

#define WHOSE " (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
#define KEY " PRIMARY KEY (organisation, case_id, id));"
#define NUMBER(name) " " name " INT NOT NULL DEFAULT 0,"
#define WORDS(name) " " name " TEXT NOT NULL DEFAULT '',"

static const struct migration steps[] = {
	{ 1, "supplements, apologies, corrections, results",
	  "CREATE TABLE case_round" WHOSE NUMBER("number") NUMBER("state") NUMBER("asked_at")
	  NUMBER("asked_by") NUMBER("answer_by") NUMBER("remind_at") NUMBER("closed_at")
	  NUMBER("approved_by") NUMBER("counts_late") WORDS("items") WORDS("why")
	  WORDS("changes") WORDS("answer") KEY
	  "CREATE INDEX case_round_due ON case_round (answer_by) WHERE state = 2;"
	  "CREATE INDEX case_round_remind ON case_round (remind_at) WHERE state = 2 AND remind_at > 0;"
	  "CREATE TABLE case_late" WHOSE NUMBER("new_at") NUMBER("prepared_at")
	  NUMBER("prepared_by") NUMBER("confirmed_at") WORDS("reason") KEY
	  "CREATE TABLE case_correction" WHOSE NUMBER("version") NUMBER("state") WORDS("target")
	  NUMBER("asked_at") NUMBER("asked_by") NUMBER("settled_at") NUMBER("settled_by")
	  WORDS("requester") WORDS("reason") WORDS("answer") WORDS("evidence") WORDS("changes")
	  WORDS("data") KEY
	  "CREATE INDEX case_correction_open ON case_correction (organisation, asked_at)"
	  " WHERE state = 1;"
	  "CREATE TABLE case_issued" WHOSE WORDS("kind") WORDS("number") NUMBER("version")
	  NUMBER("state") NUMBER("issued_at") NUMBER("issued_by") NUMBER("ended_at")
	  NUMBER("ended_by") WORDS("decision") WORDS("reason") KEY
	  "CREATE INDEX case_issued_at ON case_issued (organisation, issued_at);"
	  "CREATE TABLE case_delivery" WHOSE WORDS("how") NUMBER("state") NUMBER("sent_at")
	  NUMBER("received_at") WORDS("tracking") WORDS("recipient") WORDS("recipient_id")
	  WORDS("note") KEY },
};

const struct migration_set ending_migrations = { "ending", steps, ARRAY_SIZE(steps) };

#define PLAIN(n) { .name = n }
#define OPEN_TEXT(n) { .name = n, .is_text = true }
#define PRIVATE(n) { .name = n, .is_text = true, .is_private = true }

static const struct case_column round_columns[] = {
	PLAIN("number"), PLAIN("state"), PLAIN("asked_at"), PLAIN("asked_by"), PLAIN("answer_by"),
	PLAIN("remind_at"), PLAIN("closed_at"), PLAIN("approved_by"), PLAIN("counts_late"),
	PRIVATE("items"), PRIVATE("why"), PRIVATE("changes"), PRIVATE("answer"),
};
const struct case_table round_table = { "case_round", round_columns, ARRAY_SIZE(round_columns) };

static const struct case_column late_columns[] = {
	PLAIN("new_at"), PLAIN("prepared_at"), PLAIN("prepared_by"), PLAIN("confirmed_at"),
	PRIVATE("reason"),
};
const struct case_table late_table = { "case_late", late_columns, ARRAY_SIZE(late_columns) };

static const struct case_column correction_columns[] = {
	PLAIN("version"), PLAIN("state"), OPEN_TEXT("target"), PLAIN("asked_at"), PLAIN("asked_by"),
	PLAIN("settled_at"), PLAIN("settled_by"), PRIVATE("requester"), PRIVATE("reason"),
	PRIVATE("answer"), PRIVATE("evidence"), PRIVATE("changes"), PRIVATE("data"),
};
const struct case_table correction_table = { "case_correction", correction_columns,
					     ARRAY_SIZE(correction_columns) };

static const struct case_column issued_columns[] = {
	OPEN_TEXT("kind"), OPEN_TEXT("number"), PLAIN("version"), PLAIN("state"), PLAIN("issued_at"),
	PLAIN("issued_by"), PLAIN("ended_at"), PLAIN("ended_by"), OPEN_TEXT("decision"),
	PRIVATE("reason"),
};
const struct case_table issued_table = { "case_issued", issued_columns, ARRAY_SIZE(issued_columns) };

static const struct case_column delivery_columns[] = {
	OPEN_TEXT("how"), PLAIN("state"), PLAIN("sent_at"), PLAIN("received_at"),
	PRIVATE("tracking"), PRIVATE("recipient"), PRIVATE("recipient_id"), PRIVATE("note"),
};
const struct case_table delivery_table = { "case_delivery", delivery_columns,
					   ARRAY_SIZE(delivery_columns) };

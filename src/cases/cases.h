/*
 * cases: what the town hall is for. A case is one filing of one procedure; it lives from
 * submission to return through commands, each of which is one transaction and one event.
 *
 *	struct case_result result;
 *	TRY(case_submit(ctx, cases, &submission, &result));          a code and a PIN
 *	TRY(case_accept(ctx, cases, &who, code, &acceptance));       receipt and due date
 *	TRY(case_complete(ctx, cases, &who, code, node, &done));     the flow goes on
 *
 * Invariants
 * - A case keeps the version of procedure, flow, forms and letters it was submitted under.
 * - Every command asks may() inside its transaction, on the state it will change.
 * - The rows (case_file, case_task, case_leg, book_entry, figure) are the fold of the events'
 *   public part by case_apply: `motcua verify` folds again and compares.
 * - Early, on time and late are computed when shown: see case_timeliness.
 * - Numbers are issued in the command's transaction under a unique key.
 *
 * Lifetimes: what is returned lives in ctx->arena. A struct procedure lives as long as struct cases.
 */
#ifndef MOTCUA_CASES_CASES_H
#define MOTCUA_CASES_CASES_H

#include "base/value.h"
#include "calendar/calendar.h"
#include "cases/procedure.h"
#include "people/people.h"
#include "store/event.h"
#include "store/files.h"
#include "store/store.h"
#include "text/template.h"

struct cases;
struct request_key;

extern const struct migration_set cases_migrations, tally_migrations, letter_migrations,
	notices_migrations, source_migrations, ending_migrations, fee_migrations, lists_migrations,
	intake_migrations, digital_migrations;
/* All of this room, for lists of store_options. */
#define CASES_MIGRATIONS                                                 \
	&cases_migrations, &tally_migrations, &letter_migrations,        \
		&notices_migrations, &source_migrations, &ending_migrations, \
		&fee_migrations, &lists_migrations, &intake_migrations, \
		&digital_migrations

/* Reads the procedures in force and the calendar from the database. */
enum err cases_open(struct ctx *ctx, struct store *store, struct people *people,
		    const uint8_t secret[static 32], struct cases **ret_cases);
void cases_close(struct cases *cases); /* NULL is fine */

/* What letters are written with: they are Vietnamese whatever the reader's language. Both outlive
 * the cases. */
void cases_speak(struct cases *cases, const struct template_set *templates,
		 const struct language *vietnamese);

const struct template_set *cases_templates(const struct cases *cases);
const struct language *cases_vietnamese(const struct cases *cases);
/* A file of the pack that is no procedure, as its JSON says: "notices". Null where there is none. */
struct value cases_setting(const struct cases *cases, str name);
/* `n` letters and digits that only this server can make of `what`. */
str case_keyed_code(const struct cases *cases, struct arena *arena, str what, size_t n);

/* Reads procedures and calendar again where a pack was applied since. */
enum err cases_refresh(struct ctx *ctx, struct cases *cases);

struct store *cases_store(const struct cases *cases);
struct people *cases_people(const struct cases *cases);
const struct calendar *cases_calendar(const struct cases *cases);

/* ---- one case ---- */

/* The national statuses. */
enum case_status {
	CASE_NEW = 1,
	CASE_ACCEPTED = 2,
	CASE_NOT_ACCEPTED = 3,
	CASE_PROCESSING = 4,
	CASE_SUPPLEMENT = 5,
	CASE_DUTY = 6,
	CASE_WITHDRAWN = 7,
	CASE_STOPPED = 8,
	CASE_DONE = 9,
	CASE_RETURNED = 10,
};

enum case_channel { CHANNEL_DIRECT = 1, CHANNEL_ONLINE = 2, CHANNEL_POST = 3 };

enum timeliness { TIME_NONE, TIME_EARLY, TIME_ON, TIME_LATE, TIME_OPEN, TIME_OPEN_LATE, TIME_WAITING };

struct case_file {
	int64_t organisation, id;
	str code, procedure; /* the procedure's name in the pack: "lien-thong-khai-sinh" */
	int64_t version;     /* of the procedure */
	int64_t channel;     /* enum case_channel */
	int64_t status;      /* enum case_status */
	usec submitted_at, accepted_at, finished_at, returned_at; /* 0: not yet */
	usec due_at, first_due_at; /* promised; 0 before acceptance and while waiting */
	usec paused_at;            /* waiting for the citizen since; 0: not waiting */
	struct value pauses;       /* list of {from, to}: over */
	int64_t supplements;       /* rounds asked */
	int64_t apologised;        /* how often */
	int64_t register_number;   /* of the year's sổ theo dõi; 0 before acceptance */
	str subject;               /* whom it is about: the child's name */
	str applicant, applicant_id, phone, email, address;
	struct value data;         /* the form's data, and what tasks added */
	struct value asked;        /* open supplement: {items: [{field, text}], reason}, or null */
	str flow;                  /* flow state, bytes */
	str duplicate_key;         /* folded; the same for cases that may be one */
	int64_t filed_by;          /* account at the desk; 0: the citizen */
	int64_t competent;         /* authority that decides, where another took it in; 0: the same */
};

/* A task as the lists show it. */
struct case_task {
	int64_t organisation, case_id;
	uint32_t node;
	str element, name;   /* id and title in the reader's language */
	enum role role;
	int64_t agency;      /* the organisation whose role may take it */
	int64_t holder;      /* account, 0: nobody yet */
	usec created_at, due_at, done_at;
	str outcome;
	bool open;
};

struct case_tasks {
	struct case_task *items;
	size_t n;
};

struct case_leg {
	str name;            /* "residence" */
	int64_t agency;
	usec started_at, due_at, finished_at;
};

struct case_legs {
	struct case_leg *items;
	size_t n;
};

/* ERR_NOT_FOUND. */
enum err case_load(struct ctx *ctx, struct db *db, str code, struct case_file *ret_case);
enum err case_load_id(struct ctx *ctx, struct db *db, int64_t id, struct case_file *ret_case);
enum err case_tasks(struct ctx *ctx, struct cases *cases, struct db *db, const struct case_file *c,
		    struct case_tasks *ret_tasks);
enum err case_legs(struct ctx *ctx, struct db *db, const struct case_file *c,
		   struct case_legs *ret_legs);
/* The object may() is asked about; agencies are those with a task, open or done. */
enum err case_object(struct ctx *ctx, struct db *db, const struct case_file *c,
		     struct object *ret_object);
/* The version it is pinned to. */
const struct procedure *case_procedure(struct cases *cases, const struct case_file *c);
/* The organisation whose officers decide, in whose books it is entered, and who signs. */
static inline int64_t case_deciding(const struct case_file *c)
{
	return c->competent ? c->competent : c->organisation;
}
/* Of a promise that was kept then. */
enum timeliness promise_kept(usec due_at, usec finished_at);
/* From due and finish, at `now`. */
enum timeliness case_timeliness(const struct case_file *c, usec now);
/* The due date with every day on the way (recomputed from the facts of the case). Before
 * acceptance: as if accepted at `now`. */
enum err case_due(struct ctx *ctx, struct cases *cases, const struct case_file *c, usec now,
		  struct calendar_due *ret_due);

/* ---- commands ---- */

/* Who acts. `principal` is asked for permission; the citizen acts through a PIN's principal. */
struct actor {
	const struct principal *principal;
	int64_t organisation; /* on whose behalf; 0: the case's own, or the grant's */
	usec effective_at;    /* 0: now; earlier needs .reason */
	str reason;
	const struct request_key *key; /* taken with the act (cases/request_key.h); NULL */
};

struct attachment {
	str field; /* of the form, or the paper's id */
	str name, hash, type;
	int64_t size;
};

/* Somebody beside the applicant: who files for them, or signs with them. */
struct case_person {
	str role; /* "representative", or the code of a signer in the procedure */
	str name, id_number;
	str paper; /* what shows the authority: number and date of the giấy ủy quyền */
};

/* A visit to the hall at which a case was filed. */
struct case_visit {
	int64_t ticket, counter;
	str label;      /* "A012" */
	usec called_at;
};
struct visit_sought {
	int64_t organisation, account, day; /* of whom and by whom it was called, and when */
	str label;
};
/* ERR_NOT_FOUND: this officer called no such number on that day. */
typedef enum err visit_find(struct ctx *ctx, struct db *db, const struct visit_sought *sought,
			    struct case_visit *ret_visit);
/* Who knows the visits: the hall stands above this room. Without it filings have none. */
void cases_hall(struct cases *cases, visit_find *find);

/* A paper taken over from an earlier case of the same person. */
struct case_reuse {
	int64_t from_case;
	str paper, hash;
};

struct submission {
	str procedure;        /* name or national code */
	int64_t organisation; /* that receives it */
	enum case_channel channel;
	str applicant, applicant_id, phone, email, address;
	struct value data;    /* validated form data */
	const struct attachment *attachments;
	size_t n_attachments;
	int64_t draft;        /* that becomes this case; 0 */
	const struct case_person *people;
	size_t n_people;
	str consent;          /* the text an applicant agreed to who was helped to file online; or empty */
	const struct case_reuse *reuse;
	size_t n_reuse;
	str ticket;           /* the number its officer called for the visit, or empty; one nobody called
			       * is passed over */
	str source, source_code; /* of the portal it was first sent to, and its code there; empty */
	usec effective_at;
	str reason;
};

struct case_result {
	str code, pin;
	int64_t organisation, id;
	enum case_status status;
	usec submitted_at, due_at; /* due_at: promised, or if accepted now */
};

/* Errors of all commands: ERR_NOT_FOUND no such case or task; ERR_FORBIDDEN; ERR_CONFLICT the
 * state does not allow it, with a sentence that says who did what. */
enum err case_submit(struct ctx *ctx, struct cases *cases, const struct actor *who,
		     const struct submission *submission, struct case_result *ret_result);

struct paper_check {
	str paper; /* id in the procedure */
	str state; /* "original", "copy", "certified", "missing" */
};

struct acceptance {
	const struct paper_check *papers;
	size_t n_papers;
	str note;
};
enum err case_accept(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		     const struct acceptance *acceptance);

struct completion {
	str outcome;       /* "", or one of the task's outcomes */
	struct value data; /* validated data of the task's form; null for none */
	str note;          /* internal */
	const struct attachment *attachments;
	size_t n_attachments;
};
enum err case_complete(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		       uint32_t node, const struct completion *completion);
enum err case_claim(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		    uint32_t node);
enum err case_release(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		      uint32_t node);
/* Gives the task to another account (0: to nobody). ACT_CASE_ASSIGN. Whoever has it keeps it. */
enum err case_assign(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		     uint32_t node, int64_t account);
struct handing_over {
	str code;
	uint32_t node;
	int64_t from, to; /* 0: nobody */
};
/* The same from a page that showed who had it: ERR_CONFLICT where another has it by now. */
enum err case_hand_over(struct ctx *ctx, struct cases *cases, const struct actor *who,
			const struct handing_over *h);
/* One complete request; items is a list of {field, text}. ERR_CONFLICT beyond the rounds the
 * procedure allows. */
enum err case_ask_supplement(struct ctx *ctx, struct cases *cases, const struct actor *who,
			     str code, struct value items);
/* The citizen's answer: data for the fields named, and files. */
enum err case_give_supplement(struct ctx *ctx, struct cases *cases, const struct actor *who,
			      str code, const struct completion *answer);
/* who->reason is shown to the citizen. */
enum err case_refuse(struct ctx *ctx, struct cases *cases, const struct actor *who, str code);
enum err case_withdraw(struct ctx *ctx, struct cases *cases, const struct actor *who, str code);
/* Once only; before or after the due date. */
enum err case_apologise(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			usec new_due_at);
/* Papers that come later: files, and the data that names them. */
enum err case_attach(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		     const struct completion *papers);
/* A note only officers see. */
enum err case_note(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		   str text);
/* By which ways the applicant is told what happens: by the citizen (PIN), or at the desk. */
struct notice_choice {
	bool mail, sms;
};
enum err case_notice_choice(struct ctx *ctx, struct db *db, const struct case_file *c,
			    struct notice_choice *ret_choice);
enum err case_choose_notices(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			     struct notice_choice choice);
/* The code of the case that `source` knows as source_code; empty where there is none. */
enum err case_by_source(struct ctx *ctx, struct db *db, str source, str source_code, str *ret_code);
/* Flow timers that came due; at most `most` cases. For the ticking thread and simulate. */
enum err cases_tick(struct ctx *ctx, struct cases *cases, int most, int64_t *ret_n);

/* ---- tracking ---- */

/* The PIN that belongs to a code: eight digits, made of the code and the server's secret, so that it
 * is stored nowhere and can be printed again. */
str case_pin(const struct cases *cases, struct arena *arena, str code);
/* "/danh-gia/CODE?ma=…": where whoever has this address says how the case was handled. It opens nothing
 * else, so that it can be printed on what is handed over. */
str case_rating_path(const struct cases *cases, struct arena *arena, str code);
/* Whether `key` is the one of that address. Constant time. */
bool case_rating_fits(const struct cases *cases, struct arena *arena, str code, str key);
/* True when the PIN is the case's. Constant time; false for an unknown code. */
enum err case_pin_fits(struct ctx *ctx, struct cases *cases, struct db *db, str code, str pin,
		       bool *ret_fits, int64_t *ret_case_id);

/* The timeline: a list of {at, at_text, kind, title, text, who, office}, oldest first, in the reader's
 * language. With `citizen` only what a citizen may read, and offices instead of names. */
enum err case_timeline(struct ctx *ctx, struct cases *cases, struct db *db,
		       const struct case_file *c, bool citizen, struct value *ret_list);

/* ---- duplicates ---- */

/* Cases that may be the same: same child's name (diacritics folded) and birth date, or the same
 * ID number and procedure, not withdrawn or refused, and not decided about before. At most ten codes,
 * newest first. */
enum err case_duplicates(struct ctx *ctx, struct cases *cases, struct db *db,
			 const struct case_file *like, struct value *ret_list);
/* What an officer found when comparing two cases. DUPLICATE_WITHDRAW also withdraws the first. */
enum duplicate_verdict { DUPLICATE_DIFFERENT, DUPLICATE_SAME, DUPLICATE_WITHDRAW };
/* Writes the verdict down on both cases, with who->reason; the warning goes. */
enum err case_decide_duplicate(struct ctx *ctx, struct cases *cases, const struct actor *who,
			       str code, str other, enum duplicate_verdict verdict);

/* ---- verification ---- */

struct case_report {
	int64_t cases, tasks, figures;
	bool sound;
	str finding; /* English: what row does not agree with its events */
};
/* Folds every case's events again and compares all rows, numbers and figures. */
enum err cases_verify(struct ctx *ctx, struct cases *cases, struct case_report *ret_report);

#endif

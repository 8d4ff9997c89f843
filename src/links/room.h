/* What the files of this room share. */
#ifndef MOTCUA_LINKS_ROOM_H
#define MOTCUA_LINKS_ROOM_H

#include "links/links.h"

#include "base/clock.h"
#include "base/json.h"

struct links {
	struct arena arena;
	struct links_options options;
};

/* ---- readers of the ledger (follow.c) ---- */

/* One event, inside the transaction that notes how far the reader has come. */
typedef enum err follow_fn(struct ctx *ctx, struct db *db, const struct event *event, void *arg);
/* Gives `fn` what came since the reader `name` was last here, at most `most` events. A reader that
 * is new begins with what comes from now on. */
enum err follow(struct ctx *ctx, struct store *store, str name, int most, follow_fn *fn, void *arg);

/* ---- web hooks (hooks.c) ---- */

struct hook {
	int64_t id;
	str name, url;
	str kinds;            /* "case.accepted task.completed"; empty: all of cases */
	int64_t organisation; /* and all below it; 0: everywhere */
	bool active;
};

struct hook_list {
	struct hook *items;
	size_t n;
};

enum err hooks_read(struct ctx *ctx, struct db *db, struct hook_list *ret_list);
/* ERR_INVALID names the field: "name", "url", "kinds". A hook with id 0 is new. */
enum err hook_save(struct ctx *ctx, struct links *links, int64_t account, const struct hook *hook);
/* What messages of this hook are signed with: only this server can make it. */
str hook_secret(struct links *links, struct arena *arena, int64_t id);
/* Whose items go one after the other: the lane of the outbox. */
str hook_lane(struct arena *arena, int64_t id);
/* Inside a command: sends a message of kind "try". */
enum err hook_try(struct ctx *ctx, struct db *db, const struct hook *hook);
enum err hooks_follow(struct ctx *ctx, struct db *db, const struct event *event, void *arg);

/* ---- notices (notices.c) ---- */

/* The pack's notice with that "when", or null. */
struct value notice_of(const struct links *links, str word);
/* Letters of e-mail and SMS: nothing of it is markup, so nothing is escaped. */
struct value notice_plain(struct arena *arena, str text);
/* {code, title, due_at} */
struct value notice_case(struct ctx *ctx, const struct links *links, const struct case_file *c);
/* What a template of the notice says of the view. */
enum err notice_say(struct ctx *ctx, const struct links *links, struct value texts,
		    struct value view, str *ret_text);
enum err notices_follow(struct ctx *ctx, struct db *db, const struct event *event, void *arg);

/* ---- what officers are told (officers.c) ---- */

/* E-mail about the own steps is for who asked for it; the morning's digest comes until switched off. */
struct officer_choice {
	bool steps, digest;
};

enum err officer_choice(struct ctx *ctx, struct db *db, int64_t account,
			struct officer_choice *ret_choice);
/* Inside a command. With an event. */
enum err officer_choose(struct ctx *ctx, struct db *db, int64_t account,
			struct officer_choice choice);
enum err officers_follow(struct ctx *ctx, struct db *db, const struct event *event, void *arg);

/* ---- pages (pages.c) ---- */

/* {kind, text} of the partial "status": how a message of the outbox stands. */
struct value sent_state_view(struct request *request, enum outbox_state state);

#endif

/*
 * links: what goes out to others and what they are told. Readers of the ledger follow the events in
 * the order of the tree and put what is to be sent into the outbox; the outbox sends it, with
 * retries; its state is seen on the case and in administration.
 *
 * - Web hooks: signed messages to other systems about the public part of events (hooks.c).
 * - Notices: e-mail and SMS to the citizen, by templates of the pack (notices.c); to officers whose
 *   step gets late (officers.c); a morning digest for officers (digest.c).
 *
 *	TRY(links_open(ctx, &options, &links));
 *	TRY(links_tick(ctx, links));                       each second
 *	{ "webhook", hook_send, links }, { "sms", sms_send, links }   handlers of the outbox
 *
 * Invariants: nothing personal is in a web hook; nothing slows a command (readers come after it);
 * each event is given to each reader once, and to the other side at least once, under one key.
 */
#ifndef MOTCUA_LINKS_LINKS_H
#define MOTCUA_LINKS_LINKS_H

#include "cases/cases.h"
#include "store/outbox.h"
#include "text/template.h"
#include "web/web.h"

struct links;

extern const struct migration_set links_migrations;

struct links_options {
	struct store *store;
	struct people *people;
	struct cases *cases;
	const char *public_url; /* for addresses in notices; may be NULL */
	struct value sms;       /* motcua.json's "sms", or null: docs/LINKS.md */
	struct value networks;  /* "hooks.private": store/network.h; null: all private networks */
};

enum err links_open(struct ctx *ctx, const struct links_options *options, struct links **ret_links);
void links_close(struct links *links); /* NULL is fine */

/* Reads what the ledger got since the last time, and puts what is to be sent into the outbox. */
enum err links_tick(struct ctx *ctx, struct links *links);
/* Once a working day from seven o'clock: what each officer has to do, by e-mail. */
enum err links_digest(struct ctx *ctx, struct links *links);

/* Whether the texts of a pack's notices.json can be made; ERR_INVALID says of which, and why. */
enum err notices_check(struct ctx *ctx, struct value file, const struct template_set *set,
		       const struct language *language);

/* Web hooks against the events that set them up. *ret_finding: "" where all agrees. */
enum err links_verify(struct ctx *ctx, struct links *links, str *ret_finding);

/* Handlers of the outbox; arg: struct links *. */
enum err hook_send(struct ctx *ctx, struct store *store, const struct outbox_item *item, void *arg);
enum err sms_send(struct ctx *ctx, struct store *store, const struct outbox_item *item, void *arg);

/* State: struct links * (handover_routes: struct cases *). Each ends with a route without a path. */
extern const struct route links_routes[], handover_routes[], officer_routes[];

#endif

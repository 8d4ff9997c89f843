/*
 * mail: the outbox's channel for e-mail, over SMTP (libcurl). The payload of kind "mail":
 *	{"to": "lan@example.vn", "subject": "…", "text": "…", "language": "vi"}
 *
 *	struct mail_settings settings = { .server = "smtp://127.0.0.1:25", .from = "mot-cua@…" };
 *	{ "mail", mail_send, &settings }
 *
 * The message is plain UTF-8 text, quoted-printable, with Message-ID made from the item's key, so
 * that a repetition is the same message. An address or subject with a line break is refused.
 */
#ifndef MOTCUA_STORE_MAIL_H
#define MOTCUA_STORE_MAIL_H

#include "store/outbox.h"

struct mail_settings {
	const char *server;   /* smtp://host:port, smtps://…; */
	const char *from;     /* address */
	const char *name;     /* shown beside it, UTF-8; may be NULL */
	const char *user;     /* may be NULL */
	const char *password;
	bool require_tls;
	int timeout_s;        /* 0: 30 */
};

/* An outbox_fn; `arg` is the settings. */
enum err mail_send(struct ctx *ctx, struct store *store, const struct outbox_item *item,
		   void *arg);

#endif

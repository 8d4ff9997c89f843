/*
 * migrate: from the portable words of docs/SQL.md to each engine's; only src/store/ and its
 * tests include this.
 */
#ifndef MOTCUA_STORE_MIGRATE_H
#define MOTCUA_STORE_MIGRATE_H

#include "store/store.h"

/* Takes the next statement off `*rest`, in the engine's words, without its ';' and comments.
 * False at the end. */
bool migrate_next(struct arena *arena, str *rest, bool sqlite, str *ret_statement);

/* What the store itself brings. */
extern const struct migration_set ledger_migrations, files_migrations, outbox_migrations,
	search_migrations;

#endif

/* place: where files lie; only src/store/ includes this. */
#ifndef MOTCUA_STORE_PLACE_H
#define MOTCUA_STORE_PLACE_H

#include "store/engine.h"
#include "store/files.h"

enum err place_open(struct ctx *ctx, struct store *store, str url);
void place_close(struct store *store);

/* The folder DATA/files. */
extern const struct file_place folder_place;
enum err folder_open(struct ctx *ctx, struct store *store, void **ret_place);
void folder_close(void *place);

#endif

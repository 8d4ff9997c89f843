/*
 * tree: reading and changing data by path. What is changed must belong to the caller: begin with
 * value_copy.
 */
#ifndef MOTCUA_FORM_TREE_H
#define MOTCUA_FORM_TREE_H

#include "form/field.h"

/* NULL where there is nothing. */
const struct value *tree_find(const struct value *root, struct path path);
struct value tree_get(struct value root, struct path path);
/* Makes maps and lists on the way; what stands there and is neither is replaced. Positions left
 * out in a list are null. */
void tree_set(struct arena *arena, struct value *root, struct path path, struct value item);
/* Takes the value away, and with it the maps that become empty and the lists that hold nothing any
 * more. In a list the place stays, as null. */
void tree_clear(struct value *root, struct path path);

/* `base` and then `more`. */
struct path path_join(struct arena *arena, struct path base, struct path more);
struct path path_index(struct arena *arena, struct path base, size_t index);
/* "children.1.name", with `prefix` before. */
str path_text(struct arena *arena, const char *prefix, struct path path);
bool path_eq(struct path a, struct path b);

#endif

/*
 * schema: which property a form-js element may have, and of which kind its value must be: the
 * rules of the published JSON Schema (schemaVersion 19) as tables.
 */
#ifndef MOTCUA_FORM_SCHEMA_H
#define MOTCUA_FORM_SCHEMA_H

#include "form/field.h"

/* Where faults go: the first is kept, all are listed when `all` is given. */
struct faults {
	struct arena *arena;
	struct form_fault first;
	size_t count;
	struct value *all; /* NULL, or a list of {id, key, property, message} */
};

/* The message is a printf format, an English sentence. `element` is the component's map. */
void faults_add(struct faults *faults, struct value element, const char *property,
		const char *message, ...) __attribute__((format(printf, 4, 5)));

/* FIELD_UNKNOWN for a name that is not form-js's. */
enum field_type type_of(str name);
void schema_check(struct value schema, struct faults *faults);

#endif

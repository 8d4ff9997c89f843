/*
 * view: pieces of a page's view that every feature needs. The fields of the partials in
 * templates/partials (docs/FRONTEND.md).
 *
 *	struct value view = value_map();
 *	view_field(request, &view, "login", ctx_text(ctx, "Login"), request_field(request, "login"));
 *	value_set(arena, &view, S("errors"), view_errors(request));
 */
#ifndef MOTCUA_WEB_VIEW_H
#define MOTCUA_WEB_VIEW_H

#include "base/buf.h"
#include "web/request.h"

/* Sets view.<name> to a field {id, name, label, hint, error, value, …}, its mistake beside it. Every
 * member a partial may look for is there, so that nothing is taken from the page around it. */
struct value view_field(struct request *request, struct value *view, const char *name,
			const char *label, str text);
/* Changes a member of the field `name` of the view. */
void view_field_set(struct request *request, struct value *view, const char *name,
		    const char *member, struct value v);
/* request.mistakes as [{text, href}]. */
struct value view_errors(struct request *request);
/* A text literal in the reader's language, as a value. */
struct value view_text(struct request *request, const char *msgid);
/* {title} of the page shell, with the errors of the request beside it. */
void view_page(struct request *request, struct value *view, str title);

/* Percent-encodes `text` for a query. */
void url_encode(struct buf *out, str text);

#endif

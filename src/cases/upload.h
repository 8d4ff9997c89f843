/* Files of a form: taken from the request into the store, and given out again. */
#ifndef MOTCUA_CASES_UPLOAD_H
#define MOTCUA_CASES_UPLOAD_H

#include "cases/cases.h"
#include "form/form.h"
#include "web/web.h"

enum { UPLOADS_MAX = 20 };

struct stored_files {
	struct file_info items[UPLOADS_MAX];
	size_t n;
};

/* The posted fields as form_read wants them: name → string or list of strings; file fields as lists
 * of {id, name, size, type}. Bytes are on disk when it returns. A file that is no PDF, JPEG or PNG
 * becomes a mistake of its field. */
enum err upload_posted(struct request *request, struct cases *cases, struct value *ret_posted,
		       struct stored_files *ret_files);
/* `data` with the file {id, name, size, type} at `path`: beside those there, or in their place. */
struct value upload_put(struct arena *arena, struct value data, str path, struct value file,
			bool beside);
/* {field, name, hash, type, size} of every file in the form's data. */
void upload_attachments(struct arena *arena, struct value data, struct attachment **ret_items,
			size_t *ret_n);
/* An answer may bring questions that were not on the page as it was sent. When all errors are of
 * those, they are dropped: the page is shown again with the questions, and without reproach. */
void upload_forgive_unasked(struct form_env *env, const struct form *form, struct value posted,
			    struct form_result *result);

#endif

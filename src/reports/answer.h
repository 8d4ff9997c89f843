/* A sheet as the answer to a request: what the pages and the API of registers and reports share. */
#ifndef MOTCUA_REPORTS_ANSWER_H
#define MOTCUA_REPORTS_ANSWER_H

#include "people/people.h"
#include "reports/period.h"
#include "reports/reports.h"
#include "reports/sheet.h"

enum format { FORMAT_PAGE, FORMAT_PRINT, FORMAT_PDF, FORMAT_CSV, FORMAT_XLSX, FORMAT_JSON, FORMATS };

/* What was asked for, by the Vietnamese names of pages or the English ones of the API. */
struct asked {
	struct request *request;
	struct reports *reports;
	const struct declared *declared;
	bool api;
	enum format format;
	struct period period;
	bool period_given;
	int64_t *organisations; /* those of the principal, or the one chosen */
	size_t n_organisations;
	const struct organisation *chosen; /* NULL: all */
	int64_t *allowed;       /* all of the principal that are of a kind the declaration names */
	size_t n_allowed;
	usec now;
};

/* A parameter under its name for pages or, in the API, its English one. */
str asked_text(const struct asked *asked, const char *page, const char *api);
/* Period, organisation, format. Mistakes go to request.mistakes. `unit` is the period where none was
 * said: 'y', 'm' … ERR_FORBIDDEN where no organisation is left. */
enum err asked_read(struct request *request, const struct declared *declared, char unit,
		    struct asked *ret);
/* Whether any office whose registers the reader may see keeps this one. */
bool asked_may(struct request *request, const struct declared *declared);
/* Title, columns, heading of what is printed; columns live in the request's arena. */
void asked_sheet(const struct asked *asked, struct sheet *ret);

/* Writes all rows to `out`. */
typedef enum err sheet_fill(struct ctx *ctx, struct db *db, void *arg, struct sheet_out *out);
/* CSV, XLSX, PDF or print view; notes the access. Not FORMAT_PAGE, not FORMAT_JSON. */
enum err asked_answer(const struct asked *asked, struct response *response,
		      const struct sheet *sheet, sheet_fill *fill, void *arg);

/* ---- pieces of pages ---- */

/* The same page with one parameter more or changed; empty text: without it. */
str asked_url(const struct asked *asked, const char *name, str text);
/* [{label, url}]: print, PDF, spreadsheet, CSV. */
struct value asked_downloads(const struct asked *asked);
/* A field {id, name, label, options} for the partial "filter": the organisations allowed. */
struct value asked_organisation_field(const struct asked *asked, bool all);
struct value filter_option(struct arena *arena, str value, str text, bool selected);
/* {id, name, label, options, type, value} */
struct value filter_select(struct request *request, const char *name, const char *label,
			   struct value options);
struct value filter_date(struct request *request, const char *name, const char *label, int64_t day);
/* A cell of the partial "table". */
struct value table_cell(struct arena *arena, str text, struct value url, bool head, bool number);
struct value table_column(struct arena *arena, str label, bool number);

#endif

/*
 * case_page: the page of one case at the officers' desk is a shelf of tabs, each a route with its own
 * template inside case_layout: what is to be done, what was filed, how it went, letters, fees …
 * A feature adds a line to case_tabs and a route; case_shell draws what is common to all of them.
 *
 *	static enum err fees_page(struct request *request, struct response *response)
 *	{
 *		struct case_page page;
 *		struct value view = value_map();
 *		TRY(case_page_open(request, cases, &page));
 *		…
 *		TRY(case_shell(request, &page, "le-phi", &view));
 *		response_view(response, "cases/case_fees", view);
 *		return OK;
 *	}
 *	…
 *	{ WEB_GET, "/ban/{code}/le-phi", ACT_CASE_SEE, fees_page, .object = case_page_object,
 *	  .flags = ROUTE_MAIN },
 */
#ifndef MOTCUA_CASES_CASE_PAGE_H
#define MOTCUA_CASES_CASE_PAGE_H

#include "cases/cases.h"
#include "cases/fee.h"
#include "web/web.h"

struct case_page {
	struct cases *cases;
	const struct principal *principal;
	str code;
	struct case_file c;
	const struct procedure *procedure;
	bool sees_all; /* case_sees_all */
	struct fee fee;
};

/* Through the office that received or decides it; a partner sees its leg only. */
bool case_sees_all(const struct cases *cases, const struct principal *principal,
		   const struct case_file *c);

/* Tabs of the case page, in this order. */
struct case_tab {
	const char *path;  /* below /ban/{code}; "" is the first */
	const char *label; /* msgid */
	bool whole;        /* only for those who see all of the case */
};
extern const struct case_tab case_tabs[];

/* Loader of the route's object, for {code}. State of the route's table: struct cases *. */
enum err case_page_object(struct request *request, const void **ret_object);
/* Reads the case inside a snapshot of the caller … */
enum err case_page_read(struct ctx *ctx, struct db *db, struct case_page *page);
/* … or by itself, noting that the account opened it. */
enum err case_page_open(struct request *request, struct cases *cases, struct case_page *ret_page);
/* {title, errors, desk, case, identity, tabs, base, csrf} of case_layout. */
enum err case_shell(struct request *request, const struct case_page *page, const char *tab,
		    struct value *view);
/* "/ban/CODE" */
str case_page_path(struct request *request);

#endif

/* What the pages of this room share. */
#ifndef MOTCUA_REPORTS_PAGES_H
#define MOTCUA_REPORTS_PAGES_H

#include "reports/answer.h"
#include "reports/register.h"

enum err registers_page(struct request *request, struct response *response);
enum err register_page(struct request *request, struct response *response);
enum err reports_page(struct request *request, struct response *response);
enum err report_page(struct request *request, struct response *response);
enum err published_page(struct request *request, struct response *response);

/* The statement a printed register is closed with. */
enum err register_closing(const struct asked *asked, const struct register_wanted *wanted,
			  str *ret_text);
/* A cell and the columns of a sheet as the API says them. */
struct value sheet_value(struct arena *arena, const struct cell *cell, int offset);
struct value sheet_columns_value(struct arena *arena, const struct sheet *sheet);

#endif

/*
 * input: what people type, made into values.
 */
#ifndef MOTCUA_FORM_INPUT_H
#define MOTCUA_FORM_INPUT_H

#include "form/sheet.h"

/* "1234,5", "1.234.567", "12 000", "1,234.5"; with `whole` also "1.500" is fifteen hundred,
 * and "1.500 đồng" is, too. */
bool input_number(struct arena *arena, str text, bool whole, struct decimal *ret_d);
/* "26/1/2015", "26-01-2015", "26.1.2015", "2015-01-26". */
bool input_date(str text, int64_t *ret_days);
/* The three boxes of a date. */
bool input_date_parts(str day, str month, str year, int64_t *ret_days);
/* "14:30", "14h30", "14.30", "14h", "2:30 pm"; minutes from midnight, or -1. */
int input_time(str text);
/* Without blanks at the ends, line ends as \n (one line: as blanks). */
str input_text(struct arena *arena, str text, bool one_line);
/* Whether a file may be taken: `accept` as in HTML, ".pdf,application/pdf". */
bool input_accepts(str accept, str name, str type);

#endif

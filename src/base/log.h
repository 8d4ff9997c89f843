/*
 * log: one line a happening on standard error, for the administrator and the journal:
 *	2026-11-23T18:05:01Z warn request.slow path=/ban ms=812
 * Never personal data: ids, codes, counts and times only.
 *
 *	log_line(LOG_WARN, "request.slow", "path=%.*s ms=%d", STR_ARG(path), ms);
 */
#ifndef MOTCUA_BASE_LOG_H
#define MOTCUA_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level least);
void log_line(enum log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A fault with its detail, file and line. */
void log_fault(const struct fault *fault, const char *event);

#endif

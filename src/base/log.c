#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static enum log_level least_level = LOG_INFO;

void log_set_level(enum log_level least)
{
	least_level = least;
}

/* A line break in a logged name must not start a line of its own. */
static void one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			*text = ' ';
}

void log_line(enum log_level level, const char *event, const char *format, ...)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	if (level < least_level)
		return;
	char line[1024], stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	int n = snprintf(line, sizeof line - 1, "%s %s %s ", stamp, names[level], event);
	if (n < 0 || (size_t)n >= sizeof line - 1)
		return;
	va_list list;
	va_start(list, format);
	vsnprintf(line + n, sizeof line - 1 - (size_t)n, format, list);
	va_end(list);
	one_line(line);
	size_t length = strlen(line);
	line[length] = '\n';
	/* One write a line, so that lines of several threads do not mix; nothing can be done
	 * about a log that cannot be written. */
	if (write(STDERR_FILENO, line, length + 1) < 0)
		return;
}

void log_fault(const struct fault *fault, const char *event)
{
	log_line(fault->code == ERR_DATABASE || fault->code == ERR_IO ? LOG_ERROR : LOG_WARN, event,
		 "%s at %s:%d %.*s", err_name(fault->code), fault->file ? fault->file : "?",
		 fault->line, STR_ARG(fault->detail));
}

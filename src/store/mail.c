#include "store/mail.h"

#include <curl/curl.h>

#include "base/clock.h"

/* ---- the message ---- */

static bool is_plain(unsigned char c)
{
	return c >= 33 && c <= 126 && c != '=';
}

/* Quoted-printable (RFC 2045): lines of at most 76, blanks at their ends written out. */
static void quote_body(struct buf *out, str text)
{
	int column = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '\r')
			continue;
		if (c == '\n') {
			buf_str(out, S("\r\n"));
			column = 0;
			continue;
		}
		bool at_end = i + 1 == text.n || text.p[i + 1] == '\n' || text.p[i + 1] == '\r';
		bool plain = is_plain(c) || ((c == ' ' || c == '\t') && !at_end);
		/* A dot at the start of a line would end the message on careless servers. */
		if (c == '.' && column == 0)
			plain = false;
		if (column > 72) {
			buf_str(out, S("=\r\n"));
			column = 0;
		}
		if (plain)
			buf_byte(out, (char)c);
		else
			buf_printf(out, "=%02X", c);
		column += plain ? 1 : 3;
	}
	buf_str(out, S("\r\n"));
}

/* An encoded word (RFC 2047) holds whole characters and at most 75 bytes. */
static void quote_header(struct buf *out, str text)
{
	size_t at = 0;
	while (at < text.n) {
		buf_str(out, at ? S("\r\n =?UTF-8?Q?") : S("=?UTF-8?Q?"));
		/* The first line begins with the name of the header. */
		for (size_t used = at ? 0 : 12; at < text.n && used + 12 <= 60;) {
			uint32_t code;
			size_t n = utf8_decode(text, at, &code);
			for (size_t end = at + (n ? n : 1); at < end; at++) {
				unsigned char c = (unsigned char)text.p[at];
				bool plain = is_plain(c) && c != '?' && c != '_';
				if (plain)
					buf_byte(out, (char)c);
				else
					buf_printf(out, "=%02X", c);
				used += plain ? 1 : 3;
			}
		}
		buf_str(out, S("?="));
	}
}

static bool one_line(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
			return false;
	return true;
}

/* Enough to keep commands and headers apart; whether it exists the server knows. */
static bool is_address(str s)
{
	size_t at = str_find_byte(s, '@');
	if (!one_line(s) || at == SIZE_MAX || at == 0 || at + 1 == s.n || s.n > 254)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr(" <>()[],;:\\\"", s.p[i]))
			return false;
	return true;
}

static void date_header(struct buf *out, usec at)
{
	static const char *const days[] = { "", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "", "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct civil c = time_civil(at, 0);
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[c.weekday], c.day,
		   months[c.month], c.year, c.hour, c.minute, c.second);
}

/* Dated when it was added and named by its key, so that a repetition is the same message. */
static str message(struct ctx *ctx, const struct mail_settings *settings,
		   const struct outbox_item *item)
{
	struct buf out = { .arena = ctx->arena };
	str from = str_z(settings->from), to = value_text(value_get(item->payload, S("to")));
	str language = value_text(value_get(item->payload, S("language")));
	size_t at = str_find_byte(from, '@');
	date_header(&out, item->added_at);
	buf_str(&out, S("From: "));
	if (settings->name) {
		quote_header(&out, str_z(settings->name));
		buf_byte(&out, ' ');
	}
	buf_printf(&out, "<%.*s>\r\nTo: <%.*s>\r\nSubject: ", STR_ARG(from), STR_ARG(to));
	quote_header(&out, value_text(value_get(item->payload, S("subject"))));
	buf_printf(&out, "\r\nMessage-ID: <%llx.%lld%.*s>\r\n",
		   (unsigned long long)str_hash(item->key), (long long)item->id,
		   STR_ARG(str_slice(from, at, from.n)));
	buf_str(&out, S("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"));
	if (!str_empty(language) && one_line(language))
		buf_printf(&out, "Content-Language: %.*s\r\n", STR_ARG(language));
	buf_str(&out, S("Content-Type: text/plain; charset=UTF-8\r\n"
			"Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
	quote_body(&out, value_text(value_get(item->payload, S("text"))));
	return buf_view(&out);
}

/* ---- sending ---- */

static size_t give(char *to, size_t size, size_t n, void *arg)
{
	str *rest = arg;
	size_t room = size * n, now = rest->n < room ? rest->n : room;
	if (now)
		memcpy(to, rest->p, now);
	*rest = str_slice(*rest, now, rest->n);
	return now;
}

static size_t drop(char *from, size_t size, size_t n, void *arg)
{
	return size * n;
}

static void set_up(CURL *curl, const struct mail_settings *settings, str *text)
{
	curl_easy_setopt(curl, CURLOPT_URL, settings->server);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT,
			 settings->timeout_s ? (long)settings->timeout_s : 30L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 settings->require_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	if (settings->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password);
	}
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, settings->from);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, text);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
}

/* 5xx is the server's last word; everything else may pass. */
static enum err outcome(struct ctx *ctx, CURL *curl, CURLcode code)
{
	long answer = 0;
	if (code == CURLE_OK)
		return OK;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	if (answer >= 500 && code != CURLE_LOGIN_DENIED)
		fail(ctx, ERR_INVALID, "The mail server refuses the message");
	else
		fail(ctx, ERR_BUSY, "The mail server cannot be reached");
	return fail_detail(ctx, "%s, answer %ld", curl_easy_strerror(code), answer);
}

enum err mail_send(struct ctx *ctx, struct store *store, const struct outbox_item *item,
		   void *arg)
{
	const struct mail_settings *settings = arg;
	str to = value_text(value_get(item->payload, S("to")));
	if (!is_address(to))
		return fail(ctx, ERR_INVALID, "This is no e-mail address");
	if (!one_line(value_text(value_get(item->payload, S("subject")))))
		return fail(ctx, ERR_INVALID, "The subject has a line break");
	str text = message(ctx, settings, item);
	CURL *curl = curl_easy_init();
	struct curl_slist *people =
		curl_slist_append(NULL, arena_printf(ctx->arena, "<%.*s>", STR_ARG(to)).p);
	if (!curl || !people)
		abort(); /* out of memory */
	set_up(curl, settings, &text);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, people);
	enum err e = outcome(ctx, curl, curl_easy_perform(curl));
	curl_slist_free_all(people);
	curl_easy_cleanup(curl);
	return e;
}

#include <stdarg.h>
#include <stdio.h>

#include "web/internal.h"

void response_view(struct response *response, const char *template_name, struct value view)
{
	response->kind = RESPONSE_VIEW;
	response->template_name = str_z(template_name);
	response->view = view;
}

void response_status(struct response *response, int status)
{
	response->status = status;
}

void response_json(struct response *response, int status, struct value body)
{
	response->kind = RESPONSE_JSON;
	response->status = status;
	response->view = body;
}

void response_bytes(struct response *response, str type, str bytes)
{
	response->kind = RESPONSE_BYTES;
	response->type = type;
	response->bytes = bytes;
}

void response_file(struct response *response, str path, str type, str name)
{
	response->kind = RESPONSE_FILE;
	response->file = path;
	response->type = type;
	response->file_name = name;
	response_private(response);
}

void response_attachment(struct response *response, str type, str name, str bytes)
{
	response_bytes(response, type, bytes);
	response->file_name = name;
	response_private(response);
}

void response_redirect(struct response *response, str path)
{
	response_redirect_to(response, 303, request_link(response->request, path));
}

void response_redirect_to(struct response *response, int status, str address)
{
	response->kind = RESPONSE_REDIRECT;
	response->status = status;
	response->location = address;
}

void response_empty(struct response *response)
{
	response->kind = RESPONSE_EMPTY;
	response->status = 204;
}

void response_events(struct response *response, str topic)
{
	response->kind = RESPONSE_EVENTS;
	response->topic = topic;
	response_private(response);
}

void response_header(struct response *response, const char *name, str text)
{
	if (response->n_headers == RESPONSE_HEADERS)
		abort();
	struct arena *arena = response->request->ctx.arena;
	response->headers[response->n_headers++] =
		(struct pair){ arena_copy(arena, str_z(name)), header_text(arena, text) };
}

void response_cookie(struct response *response, const char *name, str text, int64_t seconds)
{
	struct request *request = response->request;
	struct buf out = { .arena = request->ctx.arena };
	buf_printf(&out, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax", name, STR_ARG(text));
	if (request->https)
		buf_str(&out, S("; Secure"));
	if (seconds)
		buf_printf(&out, "; Max-Age=%lld", (long long)(seconds < 0 ? 0 : seconds));
	response_header(response, "Set-Cookie", buf_view(&out));
	response_private(response);
}

void response_session(struct response *response, str token)
{
	response_cookie(response, COOKIE_SESSION, token, token.n ? 0 : -1);
	/* The page after signing in or out must not be mixed with what the visitor did before. */
	exchange_of(response->request)->cookie = token;
}

void response_flash(struct response *response, const char *kind, const char *msgid, ...)
{
	struct request *request = response->request;
	const char *format = ctx_text(&request->ctx, msgid);
	char text[800];
	va_list list;
	va_start(list, msgid);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	str sealed = flash_seal(request->ctx.arena, request->web->options.secret, str_z(kind),
				str_z(text));
	response_cookie(response, COOKIE_FLASH, sealed, 300);
}

void response_private(struct response *response)
{
	response->cacheable = false;
}

str response_nonce(struct response *response)
{
	if (response->script_nonce.n == 0)
		response->script_nonce = random_token(response->request->ctx.arena);
	response_private(response);
	return response->script_nonce;
}

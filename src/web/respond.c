/* From what the handler set, or from the fault it returned, to a status and a body. */
#include "base/json.h"
#include "base/log.h"
#include "web/internal.h"

static const struct {
	int status;
	const char *title, *advice;
} errors[] = {
	{ 400, N_("The request cannot be understood"),
	  N_("Something in the address or the form is not as it should be.") },
	{ 401, N_("Sign in first"), N_("This needs an account.") },
	{ 403, N_("You may not do this"), N_("Your account has no permission for it.") },
	{ 404, N_("Page not found"),
	  N_("If you typed the address, check it. The page may have moved or been withdrawn.") },
	{ 405, N_("This cannot be done here"), N_("The page does not take this kind of request.") },
	{ 408, N_("The request took too long"), N_("Please try again.") },
	{ 409, N_("This is no longer possible"),
	  N_("Somebody else was first, or the state has changed. Open the page again.") },
	{ 413, N_("Too large"), N_("The form or one of its files is larger than allowed.") },
	{ 414, N_("The address is too long"), N_("Please use a shorter search.") },
	{ 415, N_("Unknown kind of content"), N_("The form was sent in a way that is not known.") },
	{ 422, N_("Something is missing or wrong"), N_("Check what was entered.") },
	{ 429, N_("Too many attempts"), N_("Please wait a little and try again.") },
	{ 431, N_("The request cannot be understood"), N_("Its head is too large.") },
	{ 500, N_("Something went wrong"),
	  N_("The fault is ours and has been noted. What you sent was not saved.") },
	{ 503, N_("The service is busy"), N_("Please try again in a moment.") },
	{ 507, N_("No room left"), N_("The file could not be stored. Please try again later.") },
};

const char *status_title(int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].status == status)
			return errors[i].title;
	return N_("Something went wrong");
}

const char *status_advice(int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].status == status)
			return errors[i].advice;
	return "";
}

static int status_of(const struct request *request, enum err err)
{
	switch (err) {
	case ERR_NOT_FOUND:
		return 404;
	case ERR_INVALID:
		return request->method == WEB_GET ? 400 : 422;
	case ERR_FORBIDDEN:
		return !request->principal && request->wants_json && request->route &&
		       request->route->permission != PERM_PUBLIC ? 401 : 403;
	case ERR_CONFLICT:
		return 409;
	case ERR_BUSY:
		return 503;
	case OK:
	case ERR_DATABASE:
	case ERR_IO:
		break;
	}
	return 500;
}

/* RFC 9457. */
static void respond_problem(struct exchange *exchange, int status, str message)
{
	struct request *request = &exchange->request;
	struct arena *arena = &exchange->arena;
	struct value problem = value_map();
	value_append(arena, &problem, S("type"), value_str(S("about:blank")));
	value_append(arena, &problem, S("title"),
		     value_str(str_z(ctx_text(&request->ctx, status_title(status)))));
	value_append(arena, &problem, S("status"), value_int(status));
	value_append(arena, &problem, S("detail"), value_str(message));
	value_append(arena, &problem, S("instance"), value_str(request->id));
	if (request->mistakes.n)
		value_append(arena, &problem, S("errors"), request->mistakes);
	struct buf out = { .arena = arena };
	json_write(&out, problem);
	answer_bytes(exchange, S("application/problem+json"), buf_view(&out));
}

static enum err render(struct exchange *exchange, str template_name, struct value view)
{
	struct request *request = &exchange->request;
	const struct web_hooks *hooks = &exchange->web->hooks;
	struct buf out = { .arena = &exchange->arena };
	buf_reserve(&out, 8 << 10);
	TRY(hooks->render(hooks->app, request, &exchange->response, template_name, view, &out));
	answer_bytes(exchange, S("text/html; charset=utf-8"), buf_view(&out));
	return OK;
}

/* Somebody's work, but for what is secret: sentences of a form that could not be taken. */
static struct value typed_texts(const struct request *request, struct arena *arena)
{
	enum { A_SENTENCE = 10 };
	struct value list = value_list();
	for (size_t i = 0; i < request->fields.n; i++) {
		const struct pair *field = &request->fields.items[i];
		str text = str_trim(field->text);
		if (text.n >= A_SENTENCE && str_find_byte(text, ' ') != SIZE_MAX &&
		    !str_starts(field->name, S("_")) && !str_eq(field->name, S("password")) &&
		    !str_eq(field->name, S("pin")))
			value_push(arena, &list, value_str(text));
	}
	return list;
}

/* A page for officers, asked by nobody who is signed in. */
static bool is_signed_out(const struct request *request)
{
	return !request->principal && request->route && request->route->permission != PERM_PUBLIC &&
	       (request->route->flags & ROUTE_MAIN);
}

/* Back to the page the form stands on. */
static struct value sign_in_address(struct exchange *exchange)
{
	str from = header_get(&exchange->request.headers, "Referer");
	size_t host = str_find(from, S("://"));
	from = host == SIZE_MAX ? S("") : str_slice(from, host + 3, from.n);
	struct buf address = { .arena = &exchange->arena };
	buf_str(&address, str_z(exchange->web->options.sign_in_path));
	buf_str(&address, S("?next="));
	url_encode(&address, str_slice(from, str_find_byte(from, '/'), from.n));
	return value_str(buf_view(&address));
}

static void respond_error_page(struct exchange *exchange, int status, str message)
{
	struct request *request = &exchange->request;
	struct arena *arena = &exchange->arena;
	struct value view = value_map();
	struct fault fault = request->ctx.fault;
	bool signed_out = status == 403 && is_signed_out(request);
	if (signed_out)
		message = str_z(ctx_text(&request->ctx, "You are no longer signed in. Nothing of what "
					 "you sent was saved: copy it below, sign in and send it again."));
	value_append(arena, &view, S("typed"), request->method == WEB_GET ? value_list()
						: typed_texts(request, arena));
	value_append(arena, &view, S("sign_in"), signed_out ? sign_in_address(exchange) : value_null());
	value_append(arena, &view, S("status"), value_int(status));
	value_append(arena, &view, S("title"),
		     value_str(str_z(ctx_text(&request->ctx, status_title(signed_out ? 401 : status)))));
	value_append(arena, &view, S("message"), value_str(message));
	value_append(arena, &view, S("request_id"), value_str(request->id));
	if (!exchange->web->hooks.render ||
	    render(exchange, S("error"), view) != OK) {
		answer_plain(exchange, status);
	}
	/* The first fault is the one to log, not that its page could not be shown. */
	if (fault.code)
		request->ctx.fault = fault;
}

static str allowed_methods(struct exchange *exchange)
{
	struct buf out = { .arena = &exchange->arena };
	if (exchange->methods & WEB_GET)
		buf_str(&out, S("GET, HEAD, "));
	for (unsigned m = WEB_POST; m <= WEB_DELETE; m <<= 1)
		if (exchange->methods & m)
			buf_printf(&out, "%s, ", method_name(m));
	buf_str(&out, S("OPTIONS"));
	buf_z(&out);
	return buf_view(&out);
}

void respond_error(struct exchange *exchange, int status, str message)
{
	struct request *request = &exchange->request;
	exchange->response = (struct response){ .request = request, .status = status };
	exchange->answer.status = status;
	exchange->answer.n_headers = 0;
	exchange->anonymous = false;
	if (message.n == 0)
		message = str_z(ctx_text(&request->ctx, status_advice(status)));
	if (request->wants_json)
		respond_problem(exchange, status, message);
	else
		respond_error_page(exchange, status, message);
	exchange->answer.status = status;
	if (status == 503 || status == 429)
		answer_header(&exchange->answer, "Retry-After", status == 503 ? S("1") : S("60"));
	if (status == 401)
		answer_header(&exchange->answer, "WWW-Authenticate", S("Bearer"));
	if (status == 405)
		answer_header(&exchange->answer, "Allow", allowed_methods(exchange));
	answer_finish(exchange);
}

/* route.ask with what stands in the address for its {names}. */
static str ask_path(const struct request *request, struct arena *arena)
{
	struct buf out = { .arena = arena };
	str rest = str_z(request->route->ask);
	for (size_t open; (open = str_find_byte(rest, '{')) != SIZE_MAX;) {
		size_t close = str_find_byte(rest, '}');
		str name = str_slice(rest, open + 1, close);
		buf_str(&out, str_slice(rest, 0, open));
		url_encode(&out, *pairs_find(&request->params, name));
		rest = str_slice(rest, close + 1, rest.n);
	}
	buf_str(&out, rest);
	return buf_view(&out);
}

/* A reader who must sign in is taken there, and back again afterwards. */
static bool send_to_sign_in(struct exchange *exchange, enum err err)
{
	struct request *request = &exchange->request;
	/* Where a code is asked for, one that is not there is not told apart. */
	bool refused = err == ERR_FORBIDDEN || (err == ERR_NOT_FOUND && request->route->ask);
	if (!refused || request->principal || request->wants_json ||
	    request->route->permission == PERM_PUBLIC || request->method != WEB_GET)
		return false;
	if (request->route->ask) {
		response_redirect(&exchange->response, ask_path(request, &exchange->arena));
		return true;
	}
	struct buf path = { .arena = &exchange->arena };
	buf_str(&path, str_z(exchange->web->options.sign_in_path));
	buf_str(&path, S("?next="));
	url_encode(&path, request->target);
	response_redirect(&exchange->response, buf_view(&path));
	return true;
}

static enum err respond_view(struct exchange *exchange)
{
	struct response *response = &exchange->response;
	struct request *request = &exchange->request;
	struct buf out = { .arena = &exchange->arena };
	bool as_json = request->wants_json || response->kind == RESPONSE_JSON ||
		       !exchange->web->hooks.render;
	if (!as_json)
		return render(exchange, response->template_name, response->view);
	json_write(&out, response->view);
	answer_bytes(exchange, S("application/json"), buf_view(&out));
	return OK;
}

static enum err respond_kind(struct exchange *exchange)
{
	struct response *response = &exchange->response;
	struct answer *answer = &exchange->answer;
	switch (response->kind) {
	case RESPONSE_VIEW:
	case RESPONSE_JSON:
		return respond_view(exchange);
	case RESPONSE_BYTES:
		answer_bytes(exchange, response->type, response->bytes);
		return OK;
	case RESPONSE_FILE:
		return answer_file(exchange);
	case RESPONSE_REDIRECT:
		answer_header(answer, "Location", header_text(&exchange->arena,
							      response->location));
		return OK;
	case RESPONSE_EVENTS:
		answer->topic = response->topic;
		answer_header(answer, "Content-Type", S("text/event-stream"));
		answer_header(answer, "X-Accel-Buffering", S("no"));
		return OK;
	case RESPONSE_EMPTY:
		if (!exchange->request.route)
			answer_header(answer, "Allow", allowed_methods(exchange));
		return OK;
	case RESPONSE_NONE:
		break;
	}
	return fail(&exchange->request.ctx, ERR_IO, "The page has no content");
}

void respond(struct exchange *exchange, enum err err)
{
	struct request *request = &exchange->request;
	struct response *response = &exchange->response;
	if (err == OK && request->wants_json && response->kind == RESPONSE_VIEW &&
	    request->mistakes.n) {
		respond_error(exchange, 422, S(""));
		return;
	}
	if (err != OK && send_to_sign_in(exchange, err))
		err = OK;
	exchange->answer.status = response->status;
	if (err == OK)
		err = respond_kind(exchange);
	if (err != OK) {
		int status = status_of(request, err);
		/* What the database said is for the log. */
		respond_error(exchange, status, status == 500 ? S("") : request->ctx.fault.message);
		return;
	}
	answer_finish(exchange);
}

#include "people/room.h"

#include "web/view.h"

enum { SIGN_IN_BURST = 10, SIGN_IN_PER_HOUR = 60 };

static const struct field sign_in_fields[] = {
	{ "login", N_("Login"), FIELD_LINE, .required = true, .max = 64 },
	{ "password", N_("Password"), FIELD_TEXT, .required = true, .max = 200 },
	{ "next", N_("Next page"), FIELD_LINE, .max = 500 },
	{ 0 },
};

/* Only a path of this site: nobody is sent elsewhere by a crafted link. */
static str safe_next(str next)
{
	bool safe = next.n > 0 && next.p[0] == '/' && !(next.n > 1 && next.p[1] == '/') &&
		    str_find_byte(next, '\\') == SIZE_MAX;
	return safe ? next : S("/ban");
}

static struct value sign_in_view(struct request *request, str next)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Sign in")));
	value_set(arena, &view, S("next"), value_str(next));
	value_set(arena, &view, S("action"), value_str(request_link(request, S("/dang-nhap"))));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	view_field(request, &view, "login", ctx_text(&request->ctx, "Login"),
		   request_field(request, "login"));
	view_field_set(request, &view, "login", "complete", value_str(S("username")));
	view_field(request, &view, "password", ctx_text(&request->ctx, "Password"), S(""));
	view_field_set(request, &view, "password", "type", value_str(S("password")));
	view_field_set(request, &view, "password", "complete", value_str(S("current-password")));
	return view;
}

static enum err sign_in_page(struct request *request, struct response *response)
{
	response_view(response, "people/sign_in",
		      sign_in_view(request, safe_next(request_query(request, "next"))));
	return OK;
}

static enum err sign_in_again(struct request *request, struct response *response, str next)
{
	response_view(response, "people/sign_in", sign_in_view(request, next));
	response_status(response, 422);
	return OK;
}

static enum err sign_in_post(struct request *request, struct response *response)
{
	struct people *people = request->state;
	str next = safe_next(request_field(request, "next")), token;
	struct arena *arena = request->ctx.arena;
	int64_t account;
	str key = arena_printf(arena, "sign-in:%.*s", STR_ARG(request->client));
	if (request_has_mistakes(request))
		return sign_in_again(request, response, next);
	if (!web_rate_take(request->web, key, SIGN_IN_BURST, SIGN_IN_PER_HOUR))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	enum err err = account_sign_in(&request->ctx, people, request_field(request, "login"),
				       request_field(request, "password"), &account);
	if (err == ERR_FORBIDDEN) {
		request_mistake(request, "login", "%.*s", STR_ARG(request->ctx.fault.message));
		return sign_in_again(request, response, next);
	}
	TRY(err);
	web_rate_forget(request->web, key);
	TRY(session_start(&request->ctx, people, account, &token));
	response_session(response, token);
	response_redirect(response, next);
	return OK;
}

static enum err sign_out_post(struct request *request, struct response *response)
{
	if (!str_empty(request->session))
		TRY(session_end(&request->ctx, request->state, request->session));
	response_session(response, S(""));
	response_flash(response, "success", "You have signed out");
	response_redirect(response, S("/dang-nhap"));
	return OK;
}

const struct route people_routes[] = {
	{ WEB_GET, "/dang-nhap", PERM_PUBLIC, sign_in_page, .flags = ROUTE_MAIN },
	{ WEB_POST, "/dang-nhap", PERM_PUBLIC, sign_in_post, .fields = sign_in_fields,
	  .flags = ROUTE_MAIN },
	{ WEB_POST, "/dang-xuat", PERM_SIGNED_IN, sign_out_post, .flags = ROUTE_MAIN },
	{ 0 },
};

#include "web/small_app_test.h"

#include <poll.h>
#include <unistd.h>

enum { ACT_READ = 1, ACT_WRITE = 2 };

static bool site(void *app, str host, str path, struct web_site *ret_site, str *ret_redirect)
{
	(void)app;
	if (str_eq(host, S("cu.example")))
		*ret_redirect = S("https://moi.example");
	ret_site->main = true;
	if (!str_starts(path, S("/phuong/")))
		return true;
	if (!str_starts(path, S("/phuong/hoa-phat")))
		return false;
	*ret_site = (struct web_site){ .number = 1, .prefix = S("/phuong/hoa-phat") };
	return true;
}

static const char *translate(const void *language, const char *msgid)
{
	if (strcmp(language, "vi") == 0 && strcmp(msgid, "Page not found") == 0)
		return "Không tìm thấy trang";
	return msgid;
}

static void language(void *app, struct request *request)
{
	(void)app;
	request->ctx.translate = translate;
	request->ctx.language = arena_copy(request->ctx.arena, request->language).p;
}

static enum err principal(void *app, struct request *request, str session, str bearer)
{
	(void)app;
	if (str_eq(session, S("good")) || str_eq(bearer, S("good-token"))) {
		request->principal = "officer";
		request->principal_id = S("7");
	}
	return OK;
}

static enum err may(void *app, struct request *request, int act, const void *object)
{
	(void)app;
	if (!request->principal)
		return fail(&request->ctx, ERR_FORBIDDEN, "Sign in first");
	if (act == ACT_WRITE && object && strcmp(object, "theirs") == 0)
		return fail(&request->ctx, ERR_FORBIDDEN, "This case is not yours");
	return OK;
}

static enum err render(void *app, struct request *request, struct response *response,
		       str template_name, struct value view, struct buf *out)
{
	struct test_app *a = app;
	a->rendered++;
	if (str_eq(template_name, S("form")))
		buf_printf(out, "csrf=%.*s\n", STR_ARG(request_csrf(request)));
	if (str_eq(template_name, S("script")))
		buf_printf(out, "nonce=%.*s\n", STR_ARG(response_nonce(response)));
	buf_printf(out, "template=%.*s title=%.*s flash=%.*s\n", STR_ARG(template_name),
		   STR_ARG(value_text(value_get(view, S("title")))), STR_ARG(request->flash));
	buf_str(out, value_text(value_get(view, S("text"))));
	return OK;
}

static enum err generations(void *app, struct ctx *ctx, uint64_t *ret_generations)
{
	(void)ctx;
	ret_generations[0] = ret_generations[1] = ((struct test_app *)app)->generation;
	return OK;
}

static void viewed(void *app, int64_t count, uint64_t visitor)
{
	(void)count, (void)visitor;
	((struct test_app *)app)->viewed++;
}

const struct web_hooks test_hooks = {
	.site = site, .language = language, .principal = principal, .may = may, .render = render,
	.generations = generations, .viewed = viewed,
};

static void set(struct request *request, struct value *view, const char *key, str text)
{
	value_set(request->ctx.arena, view, str_z(key), value_str(text));
}

static enum err article(struct request *request, struct response *response)
{
	struct test_app *app = request->app;
	struct value view = value_map();
	app->handled++;
	set(request, &view, "title", request_param(request, "slug"));
	set(request, &view, "page", request_query(request, "trang"));
	set(request, &view, "utm", request_query(request, "utm"));
	set(request, &view, "cookie", request_cookie(request, "other"));
	set(request, &view, "link", request_link(request, S("/tin")));
	set(request, &view, "english", request_in_language(request, S("en")));
	set(request, &view, "language", request->language);
	char *filler = arena_alloc(request->ctx.arena, 12000);
	memset(filler, 'a', 12000);
	set(request, &view, "text", str_of(filler, 12000));
	response->count = 5;
	response_view(response, "article", view);
	return OK;
}

static enum err form_page(struct request *request, struct response *response)
{
	struct value view = value_map();
	set(request, &view, "title", S("form"));
	response_view(response, "form", view);
	return OK;
}

static const struct field form_fields[] = {
	{ "name", "Name", FIELD_LINE, .required = true, .max = 20 },
	{ "born", "Date of birth", FIELD_DATE },
	{ "phone", "Phone", FIELD_PHONE },
	{ "email", "E-mail", FIELD_EMAIL },
	{ "kind", "Kind", FIELD_CHOICE, .choices = "a|b" },
	{ "copies", "Copies", FIELD_INTEGER, .min = 1, .max = 9 },
	{ 0 },
};

static enum err form_post(struct request *request, struct response *response)
{
	struct test_app *app = request->app;
	app->handled++;
	if (request_has_mistakes(request)) {
		struct value view = value_map();
		set(request, &view, "title", value_text(request->mistakes.members[0].value));
		response_status(response, 422);
		response_view(response, "form", view);
		return OK;
	}
	response_flash(response, "success", "Saved %s, %s, %s",
		       request_field(request, "name").p, request_field(request, "born").p,
		       arena_copy(request->ctx.arena, request_field(request, "phone")).p);
	response_redirect(response, S("/bieu-mau"));
	return OK;
}

static enum err case_of_path(struct request *request, const void **ret_object)
{
	str code = request_param(request, "code");
	if (str_eq(code, S("none")))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such case");
	*ret_object = arena_copy(request->ctx.arena, code).p;
	return OK;
}

static enum err plain(struct request *request, struct response *response)
{
	((struct test_app *)request->app)->handled++;
	struct value view = value_map();
	set(request, &view, "title", request_param(request, "code"));
	response_view(response, "plain", view);
	return OK;
}

static enum err raw(struct request *request, struct response *response)
{
	response_bytes(response, S("application/octet-stream"), request->raw);
	return OK;
}

static enum err upload(struct request *request, struct response *response)
{
	struct test_app *app = request->app;
	struct upload *file = request_upload(request, "paper");
	struct value view = value_map();
	app->handled++;
	if (file) {
		snprintf(app->kept, sizeof app->kept, "%s", file->path.p);
		set(request, &view, "name", file->name);
		set(request, &view, "kind", str_z(upload_kind_type(upload_kind(file))));
		value_set(request->ctx.arena, &view, S("size"), value_int((int64_t)file->size));
		set(request, &view, "sha", arena_printf(request->ctx.arena, "%02x%02x",
							file->sha256[0], file->sha256[1]));
		if (request_has(request, "keep"))
			upload_keep(file);
	}
	set(request, &view, "note", request_field(request, "note"));
	response_json(response, 200, view);
	return OK;
}

static enum err fails(struct request *request, struct response *response)
{
	(void)response;
	str kind = request_param(request, "kind");
	if (str_eq(kind, S("database"))) {
		fail(&request->ctx, ERR_DATABASE, "secret table name");
		return fail_detail(&request->ctx, "for the log");
	}
	return fail(&request->ctx, str_eq(kind, S("busy")) ? ERR_BUSY : ERR_CONFLICT,
		    "Somebody else took it");
}

static enum err slow(struct request *request, struct response *response)
{
	struct test_app *app = request->app;
	for (int i = 0; i < 500 && app->gate_closed; i++)
		poll(NULL, 0, 10);
	response_bytes(response, S("text/plain"), S("slow\n"));
	return OK;
}

static enum err file(struct request *request, struct response *response)
{
	struct test_app *app = request->app;
	response_file(response, str_z(app->kept), S("application/pdf"), S("biên nhận.pdf"));
	return OK;
}

static enum err sign_in(struct request *request, struct response *response)
{
	response_session(response, S("new-token"));
	response_redirect(response, S("/ban"));
	return OK;
}

static enum err stream(struct request *request, struct response *response)
{
	(void)request;
	response_events(response, S("news"));
	return OK;
}

static const struct route routes[] = {
	{ WEB_GET, "/", PERM_PUBLIC, article, .flags = ROUTE_CACHED },
	{ WEB_GET, "/tin/{slug}", PERM_PUBLIC, article, .flags = ROUTE_CACHED,
	  .query_keys = "trang" },
	{ WEB_GET, "/cong-khai", PERM_PUBLIC, article, .flags = ROUTE_CACHED, .ttl = 300000 },
	{ WEB_GET, "/bieu-mau", PERM_PUBLIC, form_page, .flags = ROUTE_CACHED },
	{ WEB_POST, "/bieu-mau", PERM_PUBLIC, form_post, .fields = form_fields },
	{ WEB_GET, "/ban", PERM_SIGNED_IN, plain, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/{code}", ACT_READ, plain, case_of_path },
	{ WEB_POST, "/ban/{code}/nhan", ACT_WRITE, plain, case_of_path },
	{ WEB_GET, "/ban/moi", PERM_PUBLIC, form_page },
	{ WEB_POST, "/tep", PERM_PUBLIC, upload, .uploads = 1, .upload_max = 100000 },
	{ WEB_GET, "/tep", PERM_SIGNED_IN, file },
	{ WEB_GET, "/loi/{kind}", PERM_PUBLIC, fails },
	{ WEB_GET, "/cham", PERM_PUBLIC, slow },
	{ WEB_POST, "/vao", PERM_PUBLIC, sign_in },
	{ WEB_GET, "/su-kien", PERM_PUBLIC, stream, .flags = ROUTE_EVENTS },
	{ WEB_POST, "/api/v1/raw", PERM_SIGNED_IN, raw, .flags = ROUTE_RAW | ROUTE_NO_LANGUAGE },
	{ WEB_POST, "/api/v1/cases", PERM_SIGNED_IN, form_post, .fields = form_fields,
	  .flags = ROUTE_NO_LANGUAGE },
	{ WEB_GET | WEB_DELETE, "/api/v1/cases/{code}", ACT_READ, plain, case_of_path,
	  .flags = ROUTE_NO_LANGUAGE },
};

static const struct route_table table = { "test", routes, ARRAY_SIZE(routes), NULL };
static const struct route_table *const tables[] = { &table };
const struct route_tables test_tables = { tables, 1 };

struct fixture *fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	arena_init(&f->arena);
	f->ctx.arena = &f->arena;
	snprintf(f->temp, sizeof f->temp, "/tmp/motcua-web-XXXXXX");
	assert_non_null(mkdtemp(f->temp));
	return f;
}

void fixture_free(struct fixture *f)
{
	arena_done(&f->arena);
	assert_int_equal(rmdir(f->temp), 0); /* fails when a temporary file was left behind */
	free(f);
}

int open_web(void **state)
{
	struct fixture *f = fixture_new();
	struct web_hooks hooks = test_hooks;
	hooks.app = &f->app;
	static const struct embedded files[] = {
		{ S("app.css"), S("body{color:black}"), S("text/css; charset=utf-8"), S("\"1\""),
		  S(""), S("") },
	};
	struct web_options options = { .secret = { 7 }, .temp_dir = f->temp,
				       .assets = { files, 1 } };
	assert_int_equal(web_test_open_with(&f->ctx, &options, &hooks, &test_tables, &f->web), OK);
	*state = f;
	return 0;
}

int close_web(void **state)
{
	struct fixture *f = *state;
	web_test_close(f->web);
	fixture_free(f);
	return 0;
}

struct web_answer ask(struct fixture *f, struct web_ask what)
{
	return web_test_request(f->web, &f->arena, what);
}

bool body_has(struct web_answer answer, const char *text)
{
	return str_find(answer.body, str_z(text)) != SIZE_MAX;
}

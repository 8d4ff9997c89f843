/* Around a filing at the counter: papers that arrive by telephone, those kept as incomplete, and the
 * receipts of a visit. */
#include "cases/desk_intake.h"
#include "cases/fee.h"
#include "cases/letter.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "print/print.h"
#include "text/template.h"
#include "web/view.h"

enum { PHONE_BURST = 40, PHONE_PER_HOUR = 400 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* ---- papers that came ---- */

static str paper_title(struct request *request, const struct procedure *procedure, str code)
{
	struct value papers = value_get(procedure->body, S("papers"));
	for (uint32_t i = 0; i < papers.n; i++)
		if (str_eq(value_text(value_get(papers.items[i], S("code"))), code))
			return procedure_text(procedure,
				arena_printf(request->ctx.arena, "papers.%u.title", i),
				request->language);
	return str_z(ctx_text(&request->ctx, "Other paper"));
}

static const char *source_text(str source)
{
	return str_eq(source, S("phone")) ? N_("by telephone") :
	       str_eq(source, S("earlier")) ? N_("from an earlier case") : N_("from the scanner");
}

void intake_arrived(struct request *request, const struct intake *in, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	str base = intake_path(request, &in->filing);
	for (size_t i = 0; i < in->filing.n_papers; i++) {
		const struct counter_paper *p = &in->filing.papers[i];
		struct value item = value_map();
		str url = request_link(request, arena_printf(arena, "%.*s/tep/%lld", STR_ARG(base),
							     (long long)p->id));
		value_append(arena, &item, S("id"), value_str(id_text(arena, p->id)));
		value_append(arena, &item, S("title"),
			     value_str(paper_title(request, in->procedure, p->paper)));
		value_append(arena, &item, S("source"), view_text(request, source_text(p->source)));
		value_append(arena, &item, S("name"), value_str(p->name));
		value_append(arena, &item, S("size"), value_int(p->size));
		value_append(arena, &item, S("url"), value_str(url));
		value_append(arena, &item, S("picture"), value_bool(str_starts(p->type, S("image/"))));
		value_push(arena, &list, item);
	}
	value_set(arena, view, S("arrived"), list);
	value_set(arena, view, S("arrived_url"), value_str(request_link(request,
		  arena_printf(arena, "%.*s/giay-to", STR_ARG(base)))));
}

static enum err arrived_page(struct request *request, struct response *response)
{
	struct intake in = { 0 };
	struct value view = value_map(), desk;
	/* The page looks for files every few seconds, also before anything of the filing is kept. */
	TRY(intake_open(request, &in, true));
	TRY(desk_navigation(request, in.cases->people, "/ban/nop", &desk));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Files that came")));
	intake_arrived(request, &in, &view);
	value_set(request->ctx.arena, &view, S("desk"), desk);
	value_set(request->ctx.arena, &view, S("action"),
		  value_str(request_link(request, intake_path(request, &in.filing))));
	value_set(request->ctx.arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "cases/desk_arrived", view);
	return OK;
}

static enum err arrived_file(struct request *request, struct response *response)
{
	struct counter_filing filing;
	int64_t id;
	str bytes;
	TRY(counter_load(&request->ctx, cases_of(request), request_param(request, "token"), &filing));
	if (!id_parse(request_param(request, "file"), &id))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such file");
	for (size_t i = 0; i < filing.n_papers; i++) {
		const struct counter_paper *p = &filing.papers[i];
		if (p->id != id)
			continue;
		TRY(file_read(&request->ctx, cases_of(request)->store, p->hash, 0, p->size, &bytes));
		event_access(cases_of(request)->store, request_principal(request)->account, filing.id,
			     ACCESS_DOWNLOAD);
		response_private(response);
		response_bytes(response, p->type, bytes);
		return OK;
	}
	return fail(&request->ctx, ERR_NOT_FOUND, "There is no such file");
}

/* ---- the citizen's telephone ---- */

/* Whoever holds the address was shown it at the counter: it is its own proof, good for two hours,
 * lets files in and gives nothing out. */
static enum err load_capability(struct request *request, struct intake *in)
{
	struct arena *arena = request->ctx.arena;
	str capability = request_param(request, "capability");
	str token = str_slice(capability, 0, str_find_byte(capability, '-'));
	str code = str_slice(capability, token.n + 1, capability.n);
	str limit = arena_printf(arena, "phone:%.*s", STR_ARG(request->client));
	if (!web_rate_take(request->web, limit, PHONE_BURST, PHONE_PER_HOUR))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	if (token.n != COUNTER_TOKEN ||
	    !str_eq(code, counter_phone_code(cases_of(request), arena, token)))
		return fail(&request->ctx, ERR_NOT_FOUND,
			    "This address is no longer in use; ask at the counter");
	TRY(counter_load(&request->ctx, cases_of(request), token, &in->filing));
	if (in->filing.state >= COUNTER_TAKEN_IN || in->filing.phone_until < clock_business())
		return fail(&request->ctx, ERR_NOT_FOUND,
			    "This address is no longer in use; ask at the counter");
	return intake_load(request, in);
}

static enum err phone_view(struct request *request, struct response *response,
			   const struct intake *in)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), list = value_list();
	struct value papers = value_get(in->procedure->body, S("papers"));
	for (uint32_t i = 0; i < papers.n; i++) {
		struct value item = value_map();
		str code = value_text(value_get(papers.items[i], S("code")));
		int64_t n = 0;
		for (size_t k = 0; k < in->filing.n_papers; k++)
			n += str_eq(in->filing.papers[k].paper, code);
		value_append(arena, &item, S("id"), value_str(code));
		value_append(arena, &item, S("title"), value_str(paper_title(request, in->procedure, code)));
		value_append(arena, &item, S("n"), n ? value_int(n) : value_null());
		value_append(arena, &item, S("error"), value_get(request->mistakes,
			arena_printf(arena, "photo-%.*s", STR_ARG(code))));
		value_push(arena, &list, item);
	}
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Photograph your papers")));
	value_set(arena, &view, S("procedure"),
		  value_str(procedure_text(in->procedure, S("title"), request->language)));
	value_set(arena, &view, S("papers"), list);
	value_set(arena, &view, S("action"), value_str(request->target));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_private(response);
	response_view(response, "cases/phone", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err phone_page(struct request *request, struct response *response)
{
	struct intake in = { 0 };
	TRY(load_capability(request, &in));
	return phone_view(request, response, &in);
}

static enum err phone_post(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct counter_paper photos[UPLOADS_MAX];
	struct intake in = { 0 };
	struct stored_files files;
	struct value posted;
	size_t n = 0;
	TRY(load_capability(request, &in));
	TRY(upload_posted(request, in.cases, &posted, &files));
	struct value papers = value_get(in.procedure->body, S("papers"));
	for (uint32_t i = 0; i < papers.n; i++) {
		str code = value_text(value_get(papers.items[i], S("code")));
		struct value list = value_get(posted, arena_printf(arena, "photo-%.*s", STR_ARG(code)));
		for (uint32_t k = 0; list.kind == VALUE_LIST && k < list.n && n < UPLOADS_MAX; k++)
			photos[n++] = (struct counter_paper){
				.paper = code, .source = S("phone"),
				.name = value_text(value_get(list.items[k], S("name"))),
				.hash = value_text(value_get(list.items[k], S("id"))),
				.type = value_text(value_get(list.items[k], S("type"))),
				.size = value_integer(value_get(list.items[k], S("size")), 0),
			};
	}
	if (request_has_mistakes(request))
		return phone_view(request, response, &in);
	if (n)
		TRY(counter_add_by_phone(&request->ctx, in.cases, in.filing.token, photos, n));
	response_flash(response, n ? "success" : "notice", "%s", ctx_text(&request->ctx, n ?
		       N_("Sent. The officer sees your photographs now.") :
		       N_("Choose or take a photograph first.")));
	response_redirect_to(response, 303, request->target);
	return OK;
}

/* ---- incomplete ones ---- */

static str missing_names(struct request *request, const struct procedure *procedure,
			 struct value missing)
{
	struct buf text = { .arena = request->ctx.arena };
	for (uint32_t i = 0; i < missing.n; i++) {
		if (i)
			buf_str(&text, S("; "));
		buf_str(&text, paper_title(request, procedure, value_text(missing.items[i])));
	}
	return buf_view(&text);
}

static struct value incomplete_item(struct request *request, const struct counter_filing *f)
{
	struct arena *arena = request->ctx.arena;
	struct value item = value_map();
	const struct procedure *procedure =
		procedure_in_force(cases_of(request), f->procedure, clock_business());
	bool overdue = f->remind_on && f->remind_on <= clock_business() / USEC_DAY;
	value_append(arena, &item, S("url"), value_str(request_link(request, intake_path(request, f))));
	value_append(arena, &item, S("drop"), value_str(request_link(request,
		     arena_printf(arena, "%.*s/bo", STR_ARG(intake_path(request, f))))));
	value_append(arena, &item, S("token"), value_str(f->token));
	value_append(arena, &item, S("applicant"), str_empty(f->applicant) ?
		     view_text(request, "Name not taken down") : value_str(f->applicant));
	value_append(arena, &item, S("subject"),
		     str_eq(f->subject, f->applicant) ? value_null() : value_str(f->subject));
	value_append(arena, &item, S("title"), value_str(procedure ?
		     procedure_text(procedure, S("title"), request->language) : f->procedure));
	value_append(arena, &item, S("missing"), value_str(procedure ?
		     missing_names(request, procedure, f->missing) : S("")));
	value_append(arena, &item, S("remind_on"), f->remind_on ?
		     value_str(date_format(arena, f->remind_on)) : value_null());
	value_append(arena, &item, S("overdue"), value_bool(overdue));
	return item;
}

static enum err incomplete_page(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), list = value_list(), desk;
	struct counter_list found;
	int64_t *offices;
	size_t n = may_organisations(cases->people, request_principal(request), ACT_CASE_FILE, arena,
				     &offices);
	TRY(counter_incomplete(&request->ctx, cases, offices, n, &found));
	for (size_t i = 0; i < found.n; i++)
		value_push(arena, &list, incomplete_item(request, &found.items[i]));
	TRY(desk_navigation(request, cases->people, "/ban/chua-du", &desk));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Incomplete filings")));
	value_set(arena, &view, S("filings"), list);
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "cases/desk_incomplete", view);
	return OK;
}

static enum err drop_post(struct request *request, struct response *response)
{
	struct counter_filing filing;
	struct actor who = { .principal = request_principal(request),
			     .reason = str_trim(request_field(request, "reason")) };
	TRY(counter_load(&request->ctx, cases_of(request), request_param(request, "token"), &filing));
	TRY(counter_drop(&request->ctx, cases_of(request), &who, &filing));
	response_flash(response, "success", "The filing was given up");
	response_redirect(response, S("/ban/chua-du"));
	return OK;
}

/* ---- the visit ---- */

enum err intake_visit_view(struct request *request, struct cases *cases,
			   const struct counter_filing *filing, struct value *ret_list)
{
	struct arena *arena = request->ctx.arena;
	struct counter_list visit;
	*ret_list = value_list();
	TRY(counter_visit(&request->ctx, cases, filing, &visit));
	for (size_t i = 0; i < visit.n; i++) {
		const struct counter_filing *f = &visit.items[i];
		struct value item = value_map();
		const struct procedure *procedure =
			procedure_in_force(cases, f->procedure, clock_business());
		if (f->state != COUNTER_TAKEN_IN || str_empty(f->case_code))
			continue;
		value_append(arena, &item, S("code"), value_str(f->case_code));
		value_append(arena, &item, S("title"), value_str(procedure ?
			     procedure_text(procedure, S("title"), request->language) : S("")));
		value_append(arena, &item, S("url"), value_str(request_link(request,
			     arena_printf(arena, "/ban/%.*s", STR_ARG(f->case_code)))));
		value_push(arena, ret_list, item);
	}
	return OK;
}

struct receipts {
	struct request *request;
	const struct counter_filing *filing;
	const struct counter_list *visit;
	struct value sheets, counter;
	str url_base;
};

/* The counter the visitor was called to, where the next one waits; null without a number. */
static enum err find_counter(struct ctx *ctx, struct db *db, struct receipts *r)
{
	struct cases *cases = cases_of(r->request);
	const struct organisation *office =
		organisation_by_id(cases->people, r->filing->organisation);
	struct case_visit visit;
	r->counter = value_null();
	if (!cases->visit || !office || str_empty(r->filing->ticket))
		return OK;
	enum err err = cases->visit(ctx, db, &(struct visit_sought){
		.organisation = office->id, .account = request_principal(r->request)->account,
		.day = calendar_day(cases_calendar(cases), clock_business()),
		.label = r->filing->ticket }, &visit);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	r->counter = value_map();
	value_append(ctx->arena, &r->counter, S("number"), value_int(visit.counter));
	value_append(ctx->arena, &r->counter, S("url"), value_str(request_link(r->request,
		     arena_printf(ctx->arena, "/ban/quay/%.*s/%lld", STR_ARG(office->code),
				  (long long)visit.counter))));
	return OK;
}

static enum err put_fee(struct ctx *ctx, struct db *db, const struct case_file *c,
			struct value *sheet)
{
	struct fee fee;
	TRY(fee_load(ctx, db, c, &fee));
	value_append(ctx->arena, sheet, S("fee"), fee.state == FEE_DUE ?
		     value_str(fee_money(ctx->arena, fee.due)) : value_null());
	return OK;
}

static enum err write_receipts(struct ctx *ctx, struct db *db, void *arg)
{
	struct receipts *r = arg;
	struct cases *cases = cases_of(r->request);
	r->sheets = value_list();
	TRY(find_counter(ctx, db, r));
	for (size_t i = 0; i < r->visit->n; i++) {
		struct case_file c;
		struct value sheet = value_map();
		struct letters letters;
		str text, title;
		html page;
		if (r->visit->items[i].state != COUNTER_TAKEN_IN)
			continue;
		TRY(case_load(ctx, db, r->visit->items[i].case_code, &c));
		if (!c.accepted_at)
			continue;
		TRY(letters_of(ctx, cases, db, &c, &letters));
		struct letter_wanted wanted = { .c = &c, .url_base = r->url_base,
			.letter = letters_find(&letters, S("receipt"), 0) };
		if (!wanted.letter)
			continue;
		TRY(letter_write(ctx, cases, db, &wanted, &text));
		TRY(print_html(ctx, text, &page, &title));
		value_append(ctx->arena, &sheet, S("code"), value_str(c.code));
		value_append(ctx->arena, &sheet, S("url"), value_str(request_link(r->request,
			     arena_printf(ctx->arena, "/ban/%.*s", STR_ARG(c.code)))));
		value_append(ctx->arena, &sheet, S("letter"), value_html(page));
		TRY(put_fee(ctx, db, &c, &sheet));
		value_push(ctx->arena, &r->sheets, sheet);
		event_access(cases->store, request_principal(r->request)->account, c.id, ACCESS_PRINT);
	}
	return OK;
}

static enum err receipts_page(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct arena *arena = request->ctx.arena;
	struct counter_filing filing;
	struct counter_list visit;
	struct value view = value_map();
	TRY(counter_load(&request->ctx, cases, request_param(request, "token"), &filing));
	TRY(counter_visit(&request->ctx, cases, &filing, &visit));
	struct receipts r = { .request = request, .filing = &filing, .visit = &visit,
			      .url_base = request_absolute(request, S("")) };
	while (str_ends(r.url_base, S("/")))
		r.url_base.n--;
	TRY(store_read(&request->ctx, cases->store, write_receipts, &r));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Receipts of this visit")));
	value_set(arena, &view, S("sheets"), r.sheets);
	value_set(arena, &view, S("counter"), r.counter);
	value_set(arena, &view, S("next"), value_str(request_link(request,
		  arena_printf(arena, "/ban/nop?luot=%.*s", STR_ARG(filing.token)))));
	value_set(arena, &view, S("other"), value_str(request_link(request, S("/ban/nop"))));
	response_private(response);
	response_view(response, "cases/desk_receipts", view);
	return OK;
}

#define FILING "/ban/nop/{procedure}/{token}"
#define UPLOAD .uploads = UPLOADS_MAX, .upload_max = 20 << 20

const struct route visit_routes[] = {
	{ WEB_GET, FILING "/giay-to", ACT_CASE_FILE, arrived_page, .object = intake_object,
	  .flags = ROUTE_MAIN },
	{ WEB_GET, FILING "/tep/{file}", ACT_CASE_FILE, arrived_file, .object = intake_object,
	  .flags = ROUTE_MAIN },
	{ WEB_POST, FILING "/bo", ACT_CASE_FILE, drop_post, .object = intake_object,
	  .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/nop/luot/{token}", ACT_CASE_FILE, receipts_page, .object = intake_object,
	  .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/chua-du", ACT_CASE_FILE, incomplete_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/nop/anh/{capability}", PERM_PUBLIC, phone_page },
	{ WEB_POST, "/nop/anh/{capability}", PERM_PUBLIC, phone_post, UPLOAD },
	{ 0 },
};

/* What the buttons of the intake page do: everything is read and kept first, then the act is done. */
#include "cases/desk_intake.h"
#include "cases/earlier.h"
#include "cases/room.h"
#include "cases/upload.h"

#include "text/template.h"
#include "text/vietnamese.h"
#include "web/view.h"

enum { REMIND_DAYS = 3, PHONE_HOURS = 2 };

int64_t intake_remind(void)
{
	return clock_business() / USEC_DAY + REMIND_DAYS;
}

/* ---- reading what was sent ---- */

/* At the counter the paper itself is seen and checked off: a scan may follow, so that a missing file
 * is no mistake here. */
static void drop_file_errors(struct form_result *result, const struct intake *in)
{
	struct form_env env = in->env;
	struct value kept = value_list();
	struct form_file_rule rule;
	for (uint32_t i = 0; i < result->errors.n; i++) {
		str name = value_text(value_get(result->errors.items[i], S("name")));
		if (!form_file_field(in->form, name, result->data, &env, &rule))
			value_push(env.ctx->arena, &kept, result->errors.items[i]);
	}
	result->errors = kept;
}

static struct value read_ticks(struct request *request, const struct intake *in, struct value data)
{
	struct arena *arena = request->ctx.arena;
	struct value ticked = value_map(), all = value_get(in->procedure->body, S("papers"));
	struct value missing = value_list();
	struct counter_filing *filing = (struct counter_filing *)&in->filing;
	struct paper_check *papers;
	size_t n;
	desk_read_papers(request, in->procedure, &papers, &n);
	for (size_t i = 0; i < n; i++)
		value_append(arena, &ticked, papers[i].paper, value_str(papers[i].state));
	for (uint32_t i = 0; i < all.n; i++) {
		str code = value_text(value_get(all.items[i], S("code")));
		str state = value_text(value_get(ticked, code));
		if (str_eq(state, S("missing")) && desk_paper_needed(arena, all.items[i], data))
			value_push(arena, &missing, value_str(code));
	}
	filing->missing = missing;
	return ticked;
}

static struct value read_representative(struct request *request)
{
	struct arena *arena = request->ctx.arena;
	struct value person = value_map();
	str name = str_trim(request_field(request, "rep_name"));
	str paper = str_trim(request_field(request, "rep_paper"));
	str number = str_trim(request_field(request, "rep_id"));
	if (str_empty(name) && str_empty(paper) && str_empty(number))
		return value_null();
	value_append(arena, &person, S("name"), value_str(vietnamese_name(arena, name)));
	value_append(arena, &person, S("id_number"), value_str(number));
	value_append(arena, &person, S("paper"), value_str(paper));
	return person;
}

static struct value read_signed(struct request *request, const struct intake *in)
{
	struct arena *arena = request->ctx.arena;
	struct value signers = value_get(in->procedure->body, S("signers")), read = value_map();
	for (uint32_t i = 0; i < signers.n; i++) {
		str code = value_text(value_get(signers.items[i], S("code")));
		str name = arena_printf(arena, "signed-%.*s", STR_ARG(code));
		if (request_has(request, name.p))
			value_append(arena, &read, code, value_bool(true));
	}
	return read;
}

/* Everything on the page into the filing, understood or not. */
static void read_filing(struct request *request, struct intake *in, const struct form_result *read)
{
	struct arena *arena = request->ctx.arena;
	struct counter_filing *f = &in->filing;
	struct value body = value_map();
	int64_t day;
	value_append(arena, &body, S("data"), read->data);
	value_append(arena, &body, S("typed"), read->typed);
	value_append(arena, &body, S("papers"), read_ticks(request, in, read->data));
	value_append(arena, &body, S("note"), value_str(str_trim(request_field(request, "note"))));
	value_append(arena, &body, S("channel"), value_str(request_field(request, "channel")));
	value_append(arena, &body, S("consent"), value_bool(request_has(request, "consent")));
	value_append(arena, &body, S("representative"), read_representative(request));
	value_append(arena, &body, S("signed"), read_signed(request, in));
	value_append(arena, &body, S("person"), intake_person(in, read->data));
	f->body = body;
	f->applicant = intake_applicant(in, read->data, "name");
	f->applicant_id = intake_applicant(in, read->data, "id_number");
	f->subject = case_subject(arena, in->procedure, read->data, f->applicant);
	if (date_parse(request_field(request, "remind_on"), &day))
		f->remind_on = day;
}

/* ---- what the buttons do ---- */

static void read_scan(struct request *request, struct intake *in, struct form_result *read,
		      str *ret_path)
{
	struct arena *arena = request->ctx.arena;
	str text = vietnamese_nfc(arena, request_field(request, "scan"));
	struct scan scan = scan_parse(arena, text);
	if (scan.kind == SCAN_CARD) {
		intake_fill(in, &scan.card, &read->data);
		in->filing.applicant_id = scan.card.number;
	} else if (scan.kind == SCAN_NUMBER) {
		intake_fill(in, &(struct scan_card){ .number = scan.code }, &read->data);
	} else if (scan.kind == SCAN_TICKET) {
		in->filing.ticket = scan.code;
	} else if (scan.kind == SCAN_CASE || scan.kind == SCAN_LETTER ||
		   scan.kind == SCAN_FILING) {
		*ret_path = scan_target(request, in->cases, &scan);
	}
	if (scan.kind == SCAN_NONE && !str_empty(str_trim(text)))
		request_mistake(request, "scan", "This code could not be read as an identity card");
}

static void say_scanned(struct request *request, struct response *response)
{
	struct scan scan = scan_parse(request->ctx.arena, request_field(request, "scan"));
	if (scan.kind == SCAN_CARD && scan.card.letters)
		response_flash(response, "success", "The applicant was filled in from the card. "
			       "Compare with the card.");
	else if (scan.kind == SCAN_CARD)
		response_flash(response, "notice", "The scanner lost the Vietnamese letters: number "
			       "and dates were filled in, type name and address");
}

static void push_files(struct request *request, struct value posted, const char *field, str source,
		       str paper, struct counter_paper *papers, size_t *n)
{
	struct value list = value_get(posted, str_z(field));
	(void)request;
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n && *n < UPLOADS_MAX; i++) {
		struct value file = list.items[i];
		if (value_text(value_get(file, S("id"))).n != 64)
			continue;
		papers[(*n)++] = (struct counter_paper){
			.paper = paper, .source = source, .name = value_text(value_get(file, S("name"))),
			.hash = value_text(value_get(file, S("id"))),
			.type = value_text(value_get(file, S("type"))),
			.size = value_integer(value_get(file, S("size")), 0),
		};
	}
}

/* The same kind of paper in this procedure, or empty. */
static str kind_here(const struct intake *in, str code)
{
	struct value papers = value_get(in->procedure->body, S("papers"));
	for (uint32_t i = 0; i < papers.n; i++)
		if (str_eq(value_text(value_get(papers.items[i], S("code"))), code))
			return code;
	return S("");
}

/* Ticked papers of earlier cases, of those this officer may see of this very person. */
static enum err push_earlier(struct request *request, const struct intake *in,
			     struct counter_paper *papers, size_t *n)
{
	struct value found;
	str hash;
	if (!request_has(request, "earlier"))
		return OK;
	TRY(earlier_seen(&request->ctx, in->cases, request_principal(request),
			 in->filing.applicant_id, &found));
	for (size_t i = 0; request_field_at(request, "earlier", i, &hash); i++)
		for (uint32_t k = 0; k < found.n && *n < UPLOADS_MAX; k++) {
			struct value file = found.items[k];
			struct counter_paper *p = &papers[*n];
			if (!str_eq(value_text(value_get(file, S("hash"))), hash))
				continue;
			*p = (struct counter_paper){
				.paper = kind_here(in, value_text(value_get(file, S("paper")))),
				.source = S("earlier"), .name = value_text(value_get(file, S("name"))),
				.hash = hash, .type = value_text(value_get(file, S("type"))),
				.size = value_integer(value_get(file, S("size")), 0),
			};
			id_parse(value_text(value_get(file, S("case"))), &p->from_case);
			(*n)++;
		}
	return OK;
}

static void check_person(struct request *request, const struct intake *in)
{
	struct value person = value_get(in->filing.body, S("representative"));
	if (person.n && str_empty(value_text(value_get(person, S("name")))))
		request_mistake(request, "rep_name", "Enter the name of who files for the applicant");
	if (person.n && str_empty(value_text(value_get(person, S("paper")))))
		request_mistake(request, "rep_paper",
				"Enter number and date of the written authority");
	if (str_eq(value_text(value_get(in->filing.body, S("channel"))), S("assisted")) &&
	    !value_is_true(value_get(in->filing.body, S("consent"))))
		request_mistake(request, "consent",
				"Read the sentence to the applicant and tick that they agree");
}

/* What must be settled before the case is taken in. */
static void check_complete(struct request *request, const struct intake *in)
{
	struct arena *arena = request->ctx.arena;
	struct value signers = value_get(in->procedure->body, S("signers"));
	struct value signed_by = value_get(in->filing.body, S("signed"));
	for (uint32_t i = 0; i < in->filing.missing.n; i++)
		request_mistake(request, arena_printf(arena, "paper-%.*s",
			STR_ARG(value_text(in->filing.missing.items[i]))).p,
			"This paper is missing: keep the filing as incomplete until it is brought");
	for (uint32_t i = 0; i < signers.n; i++) {
		str code = value_text(value_get(signers.items[i], S("code")));
		if (!value_is_true(value_get(signed_by, code)))
			request_mistake(request, arena_printf(arena, "signed-%.*s", STR_ARG(code)).p,
					"Everybody named here signs before the officer");
	}
	check_person(request, in);
}

/* ---- taking in ---- */

/* Files that came by telephone or scanner stand where the form would have had them; those of papers
 * the form has no field for stand under "papers". */
static struct value with_papers(const struct intake *in, struct value data)
{
	struct arena *arena = in->env.ctx->arena;
	struct value all = value_get(in->procedure->body, S("papers"));
	for (size_t i = 0; i < in->filing.n_papers; i++) {
		const struct counter_paper *p = &in->filing.papers[i];
		struct value file = value_map();
		str path = str_empty(p->paper) ? S("papers.other") :
			arena_printf(arena, "papers.%.*s", STR_ARG(p->paper));
		for (uint32_t k = 0; k < all.n; k++) {
			str own = value_text(value_get(all.items[k], S("path")));
			if (str_eq(value_text(value_get(all.items[k], S("code"))), p->paper) &&
			    !str_empty(own))
				path = own;
		}
		value_append(arena, &file, S("id"), value_str(p->hash));
		value_append(arena, &file, S("name"), value_str(p->name));
		value_append(arena, &file, S("size"), value_int(p->size));
		value_append(arena, &file, S("type"), value_str(p->type));
		data = upload_put(arena, data, path, file, /* beside= */ true);
	}
	return data;
}

static void people_of(const struct intake *in, struct value data, struct submission *s)
{
	struct arena *arena = in->env.ctx->arena;
	struct value signers = value_get(in->procedure->body, S("signers"));
	struct value person = value_get(in->filing.body, S("representative"));
	struct case_person *people = ARENA_ARRAY(arena, struct case_person, signers.n + 1);
	size_t n = 0;
	if (person.n)
		people[n++] = (struct case_person){
			S("representative"), value_text(value_get(person, S("name"))),
			value_text(value_get(person, S("id_number"))),
			value_text(value_get(person, S("paper"))) };
	for (uint32_t i = 0; i < signers.n; i++)
		people[n++] = (struct case_person){
			value_text(value_get(signers.items[i], S("code"))),
			value_text(value_path(data, value_text(value_get(signers.items[i], S("name"))))),
			value_text(value_path(data,
				value_text(value_get(signers.items[i], S("id_number"))))), S("") };
	s->people = people;
	s->n_people = n;
}

static void reuse_of(const struct intake *in, struct submission *s)
{
	struct case_reuse *reuse = ARENA_ARRAY(in->env.ctx->arena, struct case_reuse,
					       in->filing.n_papers + 1);
	size_t n = 0;
	for (size_t i = 0; i < in->filing.n_papers; i++)
		if (in->filing.papers[i].from_case)
			reuse[n++] = (struct case_reuse){ in->filing.papers[i].from_case,
				in->filing.papers[i].paper, in->filing.papers[i].hash };
	s->reuse = reuse;
	s->n_reuse = n;
}

const char intake_consent[] =
	 N_("I agree that the officer types my application online for me. "
	   "The answers were read to me and are right.");

static enum err take_in(struct request *request, const struct intake *in, struct value checked,
			struct case_result *ret_result)
{
	struct ctx *ctx = &request->ctx;
	str channel = value_text(value_get(in->filing.body, S("channel")));
	struct value data = with_papers(in, checked);
	struct actor who = { .principal = request_principal(request),
			     .organisation = in->filing.organisation };
	struct submission s = {
		.procedure = in->procedure->name, .organisation = in->filing.organisation,
		.channel = str_eq(channel, S("assisted")) ? CHANNEL_ONLINE :
			   str_eq(channel, S("post")) ? CHANNEL_POST : CHANNEL_DIRECT,
		.data = data, .applicant = intake_applicant(in, data, "name"),
		.applicant_id = intake_applicant(in, data, "id_number"),
		.phone = intake_applicant(in, data, "phone"),
		.email = intake_applicant(in, data, "email"), .ticket = in->filing.ticket,
		.address = intake_applicant(in, data, "address"),
		.consent = str_eq(channel, S("assisted")) ? str_z(ctx_text(ctx, intake_consent)) : S(""),
	};
	struct acceptance acceptance = { .note = value_text(value_get(in->filing.body, S("note"))) };
	struct paper_check *papers;
	upload_attachments(ctx->arena, data, (struct attachment **)&s.attachments, &s.n_attachments);
	people_of(in, data, &s);
	reuse_of(in, &s);
	desk_read_papers(request, in->procedure, &papers, &acceptance.n_papers);
	acceptance.papers = papers;
	return counter_take_in(ctx, in->cases, &who, &in->filing, &s, &acceptance, ret_result);
}

static enum err accept(struct request *request, struct response *response, struct intake *in)
{
	struct arena *arena = request->ctx.arena;
	struct form_result checked;
	struct case_result done;
	bool next = str_eq(request_field(request, "act"), S("accept-next"));
	form_check(in->form, value_get(in->filing.body, S("data")), &in->env, &checked);
	TRY(take_in(request, in, checked.submission, &done));
	if (next)
		response_flash(response, "success", "Accepted: %.*s", STR_ARG(done.code));
	response_redirect(response, arena_printf(arena,
		next ? "/ban/nop?luot=%.*s" : "/ban/nop/luot/%.*s", STR_ARG(in->filing.token)));
	return OK;
}

static enum err keep(struct request *request, struct response *response, struct intake *in)
{
	struct actor who = { .principal = request_principal(request),
			     .organisation = in->filing.organisation };
	if (!in->filing.remind_on) {
		in->filing.remind_on = intake_remind();
		TRY(counter_save(&request->ctx, in->cases, &in->filing, NULL, 0));
	}
	TRY(counter_keep(&request->ctx, in->cases, &who, &in->filing));
	response_flash(response, "success",
		       "Kept as incomplete. It has no receipt and no due date until it is complete.");
	response_redirect(response, S("/ban/chua-du"));
	return OK;
}

static enum err again(struct request *request, struct response *response, struct intake *in)
{
	say_scanned(request, response);
	response_redirect(response, intake_path(request, &in->filing));
	return OK;
}

static enum err save_all(struct request *request, struct intake *in, struct value posted)
{
	struct counter_paper papers[UPLOADS_MAX];
	size_t n = 0;
	push_files(request, posted, "scan-files", S("scan"), request_field(request, "scan-paper"), papers,
		   &n);
	TRY(push_earlier(request, in, papers, &n));
	if (str_eq(request_field(request, "act"), S("phone")))
		in->filing.phone_until = clock_business() + PHONE_HOURS * USEC_HOUR;
	return counter_save(&request->ctx, in->cases, &in->filing, papers, n);
}

static enum err remove_one(struct request *request, struct response *response, struct intake *in,
			   str which)
{
	int64_t id;
	if (id_parse(which, &id))
		TRY(counter_remove_paper(&request->ctx, in->cases, &in->filing, id));
	response_redirect(response, intake_path(request, &in->filing));
	return OK;
}

static bool taken_in(struct response *response, struct request *request, const struct intake *in)
{
	if (in->filing.state != COUNTER_TAKEN_IN)
		return false;
	response_redirect(response, arena_printf(request->ctx.arena, "/ban/nop/luot/%.*s",
						 STR_ARG(in->filing.token)));
	return true;
}

enum err intake_post(struct request *request, struct response *response)
{
	str act = request_field(request, "act"), path = S("");
	bool accepts = str_starts(act, S("accept"));
	struct form_result read;
	struct stored_files files;
	struct value posted;
	struct intake in = { 0 };
	TRY(intake_open(request, &in, true));
	if (taken_in(response, request, &in))
		return OK;
	if (str_starts(act, S("remove:")) && request_has(request, "only"))
		return remove_one(request, response, &in, str_slice(act, 7, act.n));
	TRY(upload_posted(request, in.cases, &posted, &files));
	struct value before = form_start(in.form, value_get(in.filing.body, S("data")), &in.env);
	form_read(in.form, FORM_ALL, posted, before, &in.env, &read);
	if (str_eq(act, S("scan")) || !str_empty(str_trim(request_field(request, "scan"))))
		read_scan(request, &in, &read, &path);
	drop_file_errors(&read, &in);
	read_filing(request, &in, &read);
	if (accepts)
		check_complete(request, &in);
	enum err saved = save_all(request, &in, posted);
	if (saved == ERR_CONFLICT &&
	    counter_load(&request->ctx, in.cases, in.filing.token, &in.filing) == OK &&
	    taken_in(response, request, &in))
		return OK;
	TRY(saved);
	if (!str_empty(path)) {
		response_redirect(response, path);
		return OK;
	}
	if (str_starts(act, S("remove:")))
		return remove_one(request, response, &in, str_slice(act, 7, act.n));
	if (str_eq(act, S("keep")) && !request_has_mistakes(request))
		return keep(request, response, &in);
	bool faulty = request_has_mistakes(request) || (accepts && read.errors.n);
	upload_forgive_unasked(&in.env, in.form, posted, &read);
	if (!faulty)
		return accepts && read.action == FORM_SUBMIT ? accept(request, response, &in)
							     : again(request, response, &in);
	struct form_show show = intake_form(&in, read.data);
	show.errors = accepts ? read.errors : value_null();
	return intake_show(request, response, &in, &show);
}

/* What an officer wants to be told by e-mail. */
#include "links/room.h"

#include "cases/desk.h"
#include "text/template.h"
#include "web/view.h"

#define HERE "/ban/bao-viec"

struct mine {
	int64_t account;
	struct officer_choice choice;
	str email;
};

static struct links *links_of(const struct request *request)
{
	return request->state;
}

static enum err read_mine(struct ctx *ctx, struct db *db, void *arg)
{
	struct mine *mine = arg;
	TRY(db_text(ctx, db, &mine->email, SQL("SELECT email FROM account WHERE id = $1"),
		    mine->account));
	return officer_choice(ctx, db, mine->account, &mine->choice);
}

static enum err show(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct links *links = links_of(request);
	struct mine mine = { .account = request_principal(request)->account };
	struct value view = value_map(), desk;
	TRY(store_read(&request->ctx, links->options.store, read_mine, &mine));
	TRY(desk_navigation(request, links->options.people, HERE, &desk));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "What I am told")));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("steps"), value_bool(mine.choice.steps));
	value_set(arena, &view, S("digest"), value_bool(mine.choice.digest));
	value_set(arena, &view, S("email"),
		  str_empty(mine.email) ? value_null() : value_str(mine.email));
	value_set(arena, &view, S("action"), value_str(request_link(request, S(HERE))));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "links/told", view);
	return OK;
}

static enum err choose(struct ctx *ctx, struct db *db, void *arg)
{
	const struct mine *mine = arg;
	return officer_choose(ctx, db, mine->account, mine->choice);
}

static enum err choose_post(struct request *request, struct response *response)
{
	struct mine mine = {
		.account = request_principal(request)->account,
		.choice = { request_has(request, "steps"), request_has(request, "digest") },
	};
	TRY(store_write(&request->ctx, links_of(request)->options.store, choose, &mine));
	response_flash(response, "success", "The choice was kept");
	response_redirect(response, S(HERE));
	return OK;
}

const struct route officer_routes[] = {
	{ WEB_GET, HERE, ACT_CASE_WORK, show, .flags = ROUTE_MAIN },
	{ WEB_POST, HERE, ACT_CASE_WORK, choose_post, .flags = ROUTE_MAIN },
	{ 0 },
};

/* Two officers at one case: who comes second is told who was first, with what and when. */
#include "cases/room.h"

static bool ended_step(const struct event *event, uint32_t node)
{
	struct value tasks = value_get(event->open, S("tasks"));
	for (uint32_t i = 0; tasks.kind == VALUE_LIST && i < tasks.n; i++)
		if (value_integer(value_get(tasks.items[i], S("node")), 0) == node &&
		    value_integer(value_get(tasks.items[i], S("done_at")), 0))
			return true;
	return false;
}

static str time_of(const struct command *command, usec at)
{
	struct arena *arena = command->ctx->arena;
	struct civil c = time_civil(at, calendar_zone(cases_calendar(command->cases)));
	return arena_printf(arena, "%02d:%02d, %02d/%02d/%04d", c.hour, c.minute, c.day, c.month,
			    (int)c.year);
}

static bool was_me(const struct command *command, const struct event *event)
{
	const struct principal *me = command->who->principal;
	return me && me->account && me->account == event->actor;
}

static enum err name_of(const struct command *command, const struct event *event, str *ret_name)
{
	TRY(account_name(command->ctx, command->db, event->actor, ret_name));
	if (str_empty(*ret_name))
		*ret_name = str_z(ctx_text(command->ctx, event->organisation && !event->actor ?
			"the applicant or the system" : "somebody else"));
	return OK;
}

enum err command_lost_step(struct command *command, uint32_t node)
{
	struct event_list events;
	str name;
	TRY(event_list(command->ctx, command->db, command->c.id, &events));
	for (size_t i = events.n; i-- > 0;) {
		const struct event *event = &events.items[i];
		if (!ended_step(event, node))
			continue;
		str when = time_of(command, event->effective_at);
		if (was_me(command, event))
			return fail(command->ctx, ERR_CONFLICT, "You finished this step already, at %.*s",
				    STR_ARG(when));
		TRY(name_of(command, event, &name));
		return fail(command->ctx, ERR_CONFLICT, "%.*s just finished this step, at %.*s",
			    STR_ARG(name), STR_ARG(when));
	}
	return fail(command->ctx, ERR_CONFLICT, "This step is done already");
}

static bool is_among(str kinds, str kind)
{
	for (str one; str_next(&kinds, '|', &one);)
		if (str_eq(one, kind))
			return true;
	return false;
}

/* The last event of those kinds; letters are made afterwards, by the system: nobody asks about them. */
static const struct event *winner(const struct event_list *events, str kinds)
{
	const struct event *last = NULL;
	for (size_t i = events->n; i-- > 0;) {
		const struct event *event = &events->items[i];
		if (is_among(kinds, event->kind))
			return event;
		if (!last && !str_eq(event->kind, S("letter.made")))
			last = event;
	}
	return last;
}

enum err command_lost(struct command *command, const char *by, const char *msgid)
{
	struct event_list events;
	const char *sentence = ctx_text(command->ctx, msgid);
	str name;
	TRY(event_list(command->ctx, command->db, command->c.id, &events));
	const struct event *first = winner(&events, str_z(by));
	if (!first)
		return fail(command->ctx, ERR_CONFLICT, "%s", sentence);
	str what = event_title(command->ctx, first->kind), when = time_of(command, first->effective_at);
	if (was_me(command, first))
		return fail(command->ctx, ERR_CONFLICT, "%s. Your act: “%.*s”, at %.*s", sentence,
			    STR_ARG(what), STR_ARG(when));
	TRY(name_of(command, first, &name));
	return fail(command->ctx, ERR_CONFLICT, "%s. “%.*s” by %.*s, at %.*s", sentence,
		    STR_ARG(what), STR_ARG(name), STR_ARG(when));
}

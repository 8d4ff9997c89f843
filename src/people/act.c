#include "people/act.h"

#include "base/err.h"

#define BIT(act) (UINT32_C(1) << (act))

enum {
	WORKER = BIT(ACT_DESK) | BIT(ACT_CASE_SEE) | BIT(ACT_CASE_WORK),
	COUNTER = WORKER | BIT(ACT_HALL) | BIT(ACT_REGISTER_SEE),
};

static const struct {
	str id;
	const char *title;
	uint32_t acts;
	bool partner;
} roles[ROLES] = {
	[ROLE_RECEPTION] = { S("reception"), N_("Receiving officer"),
		COUNTER | BIT(ACT_CASE_FILE) | BIT(ACT_CASE_ACCEPT) | BIT(ACT_CASE_RETURN) |
			BIT(ACT_CASE_CORRECT) | BIT(ACT_FEE_TAKE) },
	[ROLE_JUSTICE] = { S("justice"), N_("Justice officer"), COUNTER | BIT(ACT_CASE_CORRECT) },
	[ROLE_SPECIALIST] = { S("specialist"), N_("Specialist"), COUNTER | BIT(ACT_CASE_CORRECT) },
	[ROLE_LEADER] = { S("leader"), N_("Leader"),
		WORKER | BIT(ACT_CASE_SIGN) | BIT(ACT_CASE_ASSIGN) | BIT(ACT_CASE_CORRECT) |
			BIT(ACT_FEE_REFUND) |
			BIT(ACT_REGISTER_SEE) },
	[ROLE_POLICE] = { S("police"), N_("Police officer"), WORKER, .partner = true },
	[ROLE_INSURANCE] = { S("insurance"), N_("Social insurance officer"), WORKER,
		.partner = true },
	[ROLE_EDITOR] = { S("editor"), N_("Editor"),
		BIT(ACT_DESK) | BIT(ACT_ARTICLE_EDIT) },
	[ROLE_RECORDS] = { S("records"), N_("Records clerk"),
		BIT(ACT_DESK) | BIT(ACT_REGISTER_SEE) },
	[ROLE_INSPECTOR] = { S("inspector"), N_("Inspector"),
		BIT(ACT_DESK) | BIT(ACT_CASE_SEE) | BIT(ACT_REGISTER_SEE) },
	[ROLE_PERSONNEL] = { S("personnel"), N_("Personnel officer"),
		BIT(ACT_DESK) },
	[ROLE_ADMIN] = { S("admin"), N_("Administrator"),
		BIT(ACT_DESK) | BIT(ACT_PEOPLE_ADMIN) | BIT(ACT_SYSTEM_ADMIN) |
			BIT(ACT_ARTICLE_EDIT) | BIT(ACT_REGISTER_SEE) },
};

enum role role_of(str id)
{
	int role = 0;
	while (role < ROLES && !str_eq(roles[role].id, id))
		role++;
	return (enum role)role;
}

str role_id(enum role role)
{
	return roles[role].id;
}

const char *role_title(enum role role)
{
	return roles[role].title;
}

bool role_allows(enum role role, enum act act)
{
	return act > ACT_NONE && act < ACTS && (roles[role].acts & BIT(act));
}

bool role_is_partner(enum role role)
{
	return roles[role].partner;
}

/* Fixed texts and FEEL: parsed when the file is loaded, evaluated in a step. */
#include "flow/room.h"

static str without_sign(str text)
{
	text = str_trim(text);
	return str_starts(text, S("=")) ? str_trim(str_slice(text, 1, text.n)) : text;
}

struct flow_expression expression_feel(struct loader *loader, const struct xml_node *node,
				       str text)
{
	struct flow_expression expression = { .source = str_trim(text) };
	struct feel_fault fault = { 0 };
	struct feel *feel;

	if (str_empty(expression.source))
		return expression;
	if (feel_parse(loader->arena, without_sign(text), NULL, &feel, &fault))
		expression.code = feel;
	else
		fault_at(loader, node, N_("The expression “%.*s” cannot be read: %.*s"),
			 STR_ARG(expression.source), STR_ARG(fault.message));
	return expression;
}

struct flow_expression expression_condition(struct loader *loader, const struct xml_node *node,
					    str text)
{
	struct flow_expression expression = expression_feel(loader, node, text);
	const struct feel *feel = expression.code;

	if (feel && feel_reads(feel, loader->arena).n == 0 &&
	    feel_eval(feel, loader->arena, NULL, NULL, NULL).kind != VALUE_BOOL)
		fault_at(loader, node, N_("“%.*s” is neither true nor false"),
			 STR_ARG(expression.source));
	return expression;
}

struct flow_expression expression_mixed(struct loader *loader, const struct xml_node *node,
					str text)
{
	if (str_starts(str_trim(text), S("=")))
		return expression_feel(loader, node, text);
	return (struct flow_expression){ .source = str_trim(text) };
}

struct value expression_eval(const struct flow_expression *expression, struct arena *arena,
			     const struct feel_scope *scope, const struct flow_env *env)
{
	struct feel_env feel_env = { .now = env->now, .offset = env->offset };

	if (!expression->code)
		return str_empty(expression->source) ? value_null() : value_str(expression->source);
	return feel_eval(expression->code, arena, scope, &feel_env, NULL);
}

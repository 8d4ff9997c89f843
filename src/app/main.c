#include "app/app.h"

#include "base/log.h"

#include <signal.h>
#include <unistd.h>

static const struct command_line commands[] = {
	{ "init", "--pack DIR [--demo] --data DIR", "make a new database from a pack", command_init },
	{ "pack", "apply --pack DIR --data DIR",
	  "takes a newer pack over: what differs becomes a new version", command_pack },
	{ "serve", "--data DIR [--listen ADDR:PORT] [--public-url URL] [--trust-proxy] [--clock TIME]",
	  "serve it", command_serve },
	{ "check", "PACK", "say what is wrong with a pack", command_check },
	{ "import", "article FILE --site SITE --data DIR", "read a page of an old portal as a draft",
	  command_import },
	{ "routes", "", "list every address: method, path, act, whether an object is loaded",
	  command_routes },
	{ "token", "--data DIR --user LOGIN", "print a new API token", command_token },
	{ "user", "add|grant|password LOGIN … --data DIR", "accounts and roles", command_user },
	{ "sample", "PACK PROCEDURE FORM [ANSWERS] [--seed K] [--clock TIME]",
	  "fill in a form as a citizen or officer might, over ANSWERS (JSON)", command_sample },
	{ "simulate", "--cases N --data DIR [--seed K] [--from TIME] [--to TIME] [--procedure NAME]"
	  " [--threads N]",
	  "drive the engine through realistic cases", command_simulate },
	{ "letter", "LETTER.html DATA.json > LETTER.pdf", "show how a letter of a pack looks",
	  command_letter_preview },
	{ "verify", "--data DIR [--checkpoint FILE]", "prove that database, files and ledger agree",
	  command_verify },
	{ "version", "", "say which version this is", command_version },
};

enum { N_COMMANDS = sizeof commands / sizeof *commands };

struct option_name {
	const char *name;
	size_t offset;
	bool flag;
};

#define TEXT_OPTION(name, member) { name, offsetof(struct options, member), false }
#define FLAG_OPTION(name, member) { name, offsetof(struct options, member), true }

static const struct option_name option_names[] = {
	TEXT_OPTION("--data", data), TEXT_OPTION("--database", database),
	TEXT_OPTION("--files", files), TEXT_OPTION("--pack", pack), TEXT_OPTION("--listen", listen),
	TEXT_OPTION("--public-url", public_url), TEXT_OPTION("--clock", clock),
	TEXT_OPTION("--user", user), TEXT_OPTION("--site", site), TEXT_OPTION("--cases", cases),
	TEXT_OPTION("--seed", seed), TEXT_OPTION("--from", from), TEXT_OPTION("--to", to),
	TEXT_OPTION("--threads", threads), TEXT_OPTION("--checkpoint", checkpoint),
	TEXT_OPTION("--procedure", procedure),
	TEXT_OPTION("--role", role), TEXT_OPTION("--organisation", organisation),
	TEXT_OPTION("--name", name), TEXT_OPTION("--mail-server", mail_server),
	TEXT_OPTION("--mail-from", mail_from), FLAG_OPTION("--demo", demo),
	FLAG_OPTION("--trust-proxy", trust_proxy),
};

static int usage(const char *why)
{
	if (why)
		fprintf(stderr, "motcua: %s\n", why);
	fputs("usage: motcua COMMAND …\n", stderr);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(stderr, "  motcua %s %s\n      %s\n", commands[i].name, commands[i].arguments,
			commands[i].about);
	return 2;
}

/* False on an option nobody knows or one without its text. */
static bool read_option(struct options *options, char **argv, int argc, int *at)
{
	for (size_t i = 0; i < sizeof option_names / sizeof *option_names; i++) {
		const struct option_name *o = &option_names[i];
		if (strcmp(argv[*at], o->name) != 0)
			continue;
		void *member = (char *)options + o->offset;
		if (o->flag) {
			*(bool *)member = true;
			return true;
		}
		if (*at + 1 >= argc)
			return false;
		*(const char **)member = argv[++*at];
		return true;
	}
	return false;
}

static bool read_options(struct options *options, char **argv, int argc)
{
	for (int at = 2; at < argc; at++) {
		if (argv[at][0] == '-' && argv[at][1] == '-') {
			if (!read_option(options, argv, argc, &at))
				return false;
		} else if (options->n_arguments < 8) {
			options->arguments[options->n_arguments++] = argv[at];
		} else {
			return false;
		}
	}
	return true;
}

static const struct command_line *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int run_command(const struct command_line *command, struct app *app)
{
	struct ctx ctx = { .arena = &app->arena };
	enum err err = command->run(&ctx, app);
	app_close(app);
	if (err == OK)
		return 0;
	fprintf(stderr, "motcua: %.*s\n", STR_ARG(ctx.fault.message));
	if (!str_empty(ctx.fault.detail))
		log_fault(&ctx.fault, "command");
	return 1;
}

int main(int argc, char **argv)
{
	struct app app = { 0 };
	const struct command_line *command = argc > 1 ? find_command(argv[1]) : NULL;
	if (!command)
		return usage(argc > 1 ? "there is no such command" : NULL);
	if (!read_options(&app.options, argv, argc))
		return usage("there is no such option, or its text is missing");
	signal(SIGPIPE, SIG_IGN);
	arena_init(&app.arena);
	int status = run_command(command, &app);
	arena_done(&app.arena);
	return status;
}

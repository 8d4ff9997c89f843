/* `motcua import article`: what import.c read becomes a draft, and the report. */
#include "portal/import.h"
#include "portal/room.h"
#include "text/markdown.h"
#include "text/vietnamese.h"

struct keeping {
	const struct site *site;
	const struct imported *page;
	str doubts, slug;
};

static str line_of(struct ctx *ctx, const struct import_note *note)
{
	const char *kind = ctx_text(ctx, import_kind_name(note->kind));
	return arena_printf(ctx->arena, ctx_text(ctx, N_("line %d, %s: %.*s")), note->line, kind,
			    STR_ARG(note->text));
}

/* What was found, and then line by line what was done and what is to be looked at. */
static str report_write(struct ctx *ctx, str file_name, const struct imported *page)
{
	struct arena *arena = ctx->arena;
	struct buf out = { .arena = arena };
	size_t blocks = page->n_paragraphs + page->n_captions + !str_empty(page->byline);
	buf_printf(&out, "%.*s\n", STR_ARG(file_name));
	buf_printf(&out, ctx_text(ctx, N_("  title: %.*s\n")), STR_ARG(page->title));
	buf_printf(&out, ctx_text(ctx, N_("  published: %.*s; views: %lld; poster: %.*s; byline: %.*s\n")),
		   STR_ARG(date_format(arena, page->day)), (long long)page->views,
		   STR_ARG(page->poster), STR_ARG(page->byline));
	buf_printf(&out, ctx_text(ctx, N_("  %zu paragraphs, captions (%zu) and byline included\n")), blocks,
		   page->n_captions);
	for (size_t i = 0; i < page->n_notes; i++)
		buf_printf(&out, "  %.*s\n", STR_ARG(line_of(ctx, &page->notes[i])));
	return buf_view(&out);
}

static str doubts_write(struct ctx *ctx, const struct imported *page)
{
	struct buf out = { .arena = ctx->arena };
	for (size_t i = 0; i < page->n_notes; i++)
		if (page->notes[i].kind != IMPORT_REMOVED)
			buf_printf(&out, "%s%.*s", out.n ? "\n" : "",
				   STR_ARG(line_of(ctx, &page->notes[i])));
	return buf_view(&out);
}

static str first_section(const struct site *site)
{
	struct value first = value_item(value_get(site->body, S("sections")), 0);
	return value_is_null(section_find(site, S("tin-tuc"))) ?
		       value_text(value_get(first, S("slug"))) : S("tin-tuc");
}

static enum err draft_write(struct ctx *ctx, struct db *db, void *arg)
{
	struct keeping *keeping = arg;
	const struct imported *page = keeping->page;
	int64_t known;
	usec at = page->day * USEC_DAY - 7 * 60 * USEC_MINUTE;
	TRY(db_int(ctx, db, 0, &known,
		   SQL("SELECT COUNT(*) FROM article WHERE site = $1 AND title = $2"
		       " AND published_at = $3"), keeping->site->id, page->title, at));
	if (known)
		return fail(ctx, ERR_CONFLICT, "This article was imported already: “%.*s”",
			    STR_ARG(page->title));
	struct article a = {
		.site = keeping->site->id, .language = S("vi"), .slug = S(""),
		.section = first_section(keeping->site), .title = page->title,
		.summary = markdown_teaser(ctx->arena, page->markdown, 200),
		.body = page->markdown, .poster = page->poster, .byline = page->byline,
		.image = S(""), .image_alt = S(""), .caption = S(""), .related = S(""),
		.published_at = at, .doubts = keeping->doubts,
	};
	TRY(article_save(ctx, db, &a, 0));
	keeping->slug = a.slug;
	if (page->views <= 0)
		return OK;
	return db_run(ctx, db, SQL("INSERT INTO article_view (article, views) VALUES ($1, $2)"),
		      a.id, page->views);
}

enum err portal_import(struct ctx *ctx, struct portal *portal, str site, str file_name, str text,
		       str *ret_report, str *ret_slug)
{
	struct imported page;
	struct keeping keeping = { .page = &page };
	*ret_report = *ret_slug = S("");
	keeping.site = str_empty(site) && portal->n ? &portal->sites[0] :
						      site_by_code(portal, site);
	if (!keeping.site)
		return fail(ctx, ERR_NOT_FOUND, "There is no site “%.*s”", STR_ARG(site));
	TRY(import_article(ctx, text, &page));
	*ret_report = report_write(ctx, file_name, &page);
	keeping.doubts = doubts_write(ctx, &page);
	TRY(store_write(ctx, portal->store, draft_write, &keeping));
	*ret_slug = keeping.slug;
	return OK;
}

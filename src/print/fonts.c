/* The fonts that are inside the program, made known to fontconfig once. It reads fonts from files
 * only, so each is put into a file that lives in memory and has no name; where that cannot be, the
 * machine's own Noto is found by the second name of FONT_SERIF. */
#include "print/room.h"

#include <pango/pangocairo.h>

#include "base/embed.h"

#include <fontconfig/fontconfig.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

extern const struct embedded_set embedded_fonts;

static void font_add(const struct embedded *font)
{
	char path[32];
	int file = memfd_create("motcua-font", MFD_CLOEXEC);
	if (file < 0)
		return;
	/* It stays open as long as the program runs: fonts are opened again by this path. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	if (write(file, font->bytes.p, font->bytes.n) != (ssize_t)font->bytes.n ||
	    !FcConfigAppFontAddFile(NULL, (const FcChar8 *)path))
		close(file);
}

static void fonts_add(void)
{
	for (size_t i = 0; i < embedded_fonts.n; i++)
		font_add(&embedded_fonts.files[i]);
}

void fonts_ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, fonts_add);
}

#ifdef __SANITIZE_ADDRESS__
/* Fontconfig points at what it keeps by offsets, which the leak checker cannot follow. Giving it back
 * with FcFini() is no way out: pango may still be matching fonts in a thread nobody can wait for. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}
#endif

#include <brotli/encode.h>
#include <libdeflate.h>

#include "web/internal.h"

str compress_gzip(struct arena *arena, str bytes, int effort)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(effort);
	if (!compressor)
		return S("");
	char *out = arena_alloc(arena, bytes.n);
	size_t n = libdeflate_gzip_compress(compressor, bytes.p, bytes.n, out, bytes.n);
	libdeflate_free_compressor(compressor);
	return str_of(out, n);
}

str compress_brotli(struct arena *arena, str bytes, int effort)
{
	char *out = arena_alloc(arena, bytes.n);
	size_t n = bytes.n;
	if (!BrotliEncoderCompress(effort, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.n,
				   (const uint8_t *)bytes.p, &n, (uint8_t *)out))
		return S("");
	return str_of(out, n);
}

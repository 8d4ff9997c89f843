/* Signed letters as a reader of PDF files judges them: poppler's pdfsig. The test's own authority
 * and keys are made by openssl each time. */
#include "sign/sign.h"

#include "base/buf.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <unistd.h>

#include <cmocka.h>

#define SIGNED_AT INT64_C(1422237600000000)

struct desk {
	struct arena arena;
	struct ctx ctx;
	char folder[40];
};

static int desk_open(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	assert_non_null(d);
	arena_init(&d->arena);
	d->ctx.arena = &d->arena;
	snprintf(d->folder, sizeof d->folder, "/tmp/motcua-sign-XXXXXX");
	assert_non_null(mkdtemp(d->folder));
	*state = d;
	return 0;
}

static str run(struct desk *d, const char *command)
{
	struct buf out = { .arena = &d->arena };
	str line = arena_printf(&d->arena, "cd %s && { %s; } 2>&1", d->folder, command);
	FILE *answer = popen(line.p, "r");
	assert_non_null(answer);
	for (size_t n; (n = fread(buf_reserve(&out, 4096), 1, 4096, answer)) > 0;)
		buf_wrote(&out, n);
	pclose(answer);
	return buf_view(&out);
}

static int desk_close(void **state)
{
	struct desk *d = *state;
	run(d, "rm -rf \"$PWD\"");
	arena_done(&d->arena);
	free(d);
	return 0;
}

static void write_file(struct desk *d, const char *name, str bytes)
{
	FILE *file = fopen(arena_printf(&d->arena, "%s/%s", d->folder, name).p, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, file), bytes.n);
	fclose(file);
}

static str read_file(struct desk *d, const char *name)
{
	struct buf out = { .arena = &d->arena };
	FILE *file = fopen(arena_printf(&d->arena, "%s/%s", d->folder, name).p, "r");
	assert_non_null(file);
	for (size_t n; (n = fread(buf_reserve(&out, 4096), 1, 4096, file)) > 0;)
		buf_wrote(&out, n);
	fclose(file);
	return buf_view(&out);
}

/* ca.pem, key.pem, own.pem and own.p12 ("mat-khau"), with the authority's certificate in it. */
static void make_keys(struct desk *d, const char *algorithm)
{
	str command = arena_printf(&d->arena,
		"openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30"
		" -subj '/C=VN/CN=Test authority' &&"
		" openssl req -newkey %s -nodes -keyout key.pem -out own.csr -utf8"
		" -subj '/C=VN/CN=Ủy ban nhân dân phường Thử' &&"
		" openssl x509 -req -in own.csr -CA ca.pem -CAkey ca.key -out own.pem -days 30 &&"
		" openssl pkcs12 -export -inkey key.pem -in own.pem -certfile ca.pem -out own.p12"
		" -passout pass:mat-khau", algorithm);
	run(d, command.p);
}

static enum err open_keys(struct desk *d, const char *passphrase, struct signer **ret)
{
	return sign_pkcs12(&d->ctx, &d->arena, read_file(d, "own.p12"), str_z(passphrase), ret);
}

static str letter_pdf(struct desk *d, const char *body, struct print_place *place)
{
	str bytes, text = arena_printf(&d->arena, "<html lang=\"vi\"><head><title>Giấy thử</title>"
		"</head><body data-page=\"A5\">%s</body></html>", body);
	assert_int_equal(print_pdf(&d->ctx, text, SIGNED_AT, &bytes, place), OK);
	return bytes;
}

static const char *const body = "<h1>Giấy thử</h1><p>Nội dung của giấy.</p><signature>"
	"<p class=\"size-9\">Ký số bởi: Ủy ban nhân dân phường Thử</p></signature>";

static str sign_letter(struct desk *d, const struct signer *signer, const char *text)
{
	struct print_signature about = { .reason = S("Giấy tiếp nhận"), .location = S("Cẩm Lệ"),
					 .at = SIGNED_AT, .zone = 420 };
	str bytes = letter_pdf(d, text, &about.place), done;
	enum err e = sign_pdf(&d->ctx, signer, bytes, &about, &done);
	if (e != OK)
		print_message("%.*s (%.*s)\n", STR_ARG(d->ctx.fault.message),
			      STR_ARG(d->ctx.fault.detail));
	assert_int_equal(e, OK);
	assert_memory_equal(done.p, bytes.p, bytes.n);
	return done;
}

static bool says(str text, const char *what)
{
	return str_find(text, str_z(what)) != SIZE_MAX;
}

static str judge(struct desk *d, str pdf)
{
	write_file(d, "letter.pdf", pdf);
	return run(d, "pdfsig -nocert letter.pdf");
}

static void assert_accepted(struct desk *d, str pdf)
{
	str verdict = judge(d, pdf);
	if (!says(verdict, "Signature is Valid.") || !says(verdict, "Total document signed"))
		print_message("%.*s\n", STR_ARG(verdict));
	assert_true(says(verdict, "Signature is Valid."));
	assert_true(says(verdict, "Total document signed"));
	assert_true(says(verdict, "Ủy ban nhân dân phường Thử"));
	assert_true(says(verdict, "ETSI.CAdES.detached"));
}

static void a_letter_signed_with_an_rsa_key_is_accepted_by_a_reader(void **state)
{
	struct desk *d = *state;
	struct signer *signer;
	make_keys(d, "rsa:2048");
	assert_int_equal(open_keys(d, "mat-khau", &signer), OK);
	assert_false(signer->elliptic);
	assert_int_equal(signer->n_chain, 1);
	assert_accepted(d, sign_letter(d, signer, body));
}

static void a_letter_signed_with_a_key_on_a_curve_is_accepted_by_a_reader(void **state)
{
	struct desk *d = *state;
	struct signer *signer;
	make_keys(d, "ec -pkeyopt ec_paramgen_curve:P-256");
	assert_int_equal(open_keys(d, "mat-khau", &signer), OK);
	assert_true(signer->elliptic);
	assert_accepted(d, sign_letter(d, signer, body));
}

/* Another judge than the one inside poppler, down to the authority. */
static void openssl_follows_the_signature_to_its_authority(void **state)
{
	struct desk *d = *state;
	struct signer *signer;
	uint8_t digest[32];
	str cms;
	make_keys(d, "rsa:2048");
	assert_int_equal(open_keys(d, "mat-khau", &signer), OK);
	write_file(d, "content", S("what is signed"));
	run(d, "openssl dgst -sha256 -binary content > digest");
	memcpy(digest, read_file(d, "digest").p, 32);
	assert_int_equal(sign_cms(&d->ctx, signer, digest, &cms), OK);
	write_file(d, "cms", cms);
	str verdict = run(d, "openssl cms -verify -cades -binary -inform DER -in cms -content content"
			     " -CAfile ca.pem -purpose any -out /dev/null");
	print_message("%.*s", STR_ARG(verdict));
	assert_true(says(verdict, "erification successful"));
	write_file(d, "content", S("what is Signed"));
	assert_false(says(run(d, "openssl cms -verify -cades -binary -inform DER -in cms -content content"
				 " -CAfile ca.pem -purpose any -out /dev/null"),
			  "erification successful"));
}

static void any_changed_byte_of_what_is_signed_is_reported(void **state)
{
	struct desk *d = *state;
	struct signer *signer;
	make_keys(d, "rsa:2048");
	assert_int_equal(open_keys(d, "mat-khau", &signer), OK);
	str good = sign_letter(d, signer, body);
	size_t hole = str_find(good, S("/Contents <"));
	/* In a content stream, and in what the update added behind the hole. */
	const size_t places[] = { str_find(good, S("stream\n")) + 40,
				  str_find(str_slice(good, hole, good.n), S("/Reason")) + hole + 16 };
	for (size_t i = 0; i < 2; i++) {
		str bad = arena_copy(&d->arena, good);
		((char *)bad.p)[places[i]] ^= 1;
		str verdict = judge(d, bad);
		assert_false(says(verdict, "Signature is Valid."));
		assert_true(says(verdict, "Digest Mismatch"));
	}
}

static void the_signature_stands_where_the_letter_shows_it(void **state)
{
	struct desk *d = *state;
	struct print_place place;
	letter_pdf(d, body, &place);
	assert_int_equal(place.page, 1);
	assert_true(place.width > 200 && place.height > 12);
	assert_true(place.y > 300 && place.y + place.height < 560);
	letter_pdf(d, "<p>Một</p><p class=\"break\">Hai</p><signature><p>x</p></signature>", &place);
	assert_int_equal(place.page, 2);
	letter_pdf(d, "<p>Không ký</p>", &place);
	assert_int_equal(place.page, 0);
}

static void a_letter_without_a_place_is_signed_unseen_and_one_of_many_pages_on_its_own(void **state)
{
	struct desk *d = *state;
	struct signer *signer;
	make_keys(d, "rsa:2048");
	assert_int_equal(open_keys(d, "mat-khau", &signer), OK);
	assert_accepted(d, sign_letter(d, signer, "<p>Không có khung ký</p>"));
	assert_accepted(d, sign_letter(d, signer, "<p>Một</p><p class=\"break\">Hai</p><p class=\"break\">"
						  "Ba</p><signature><p>x</p></signature>"));
}

static void what_was_signed_is_not_signed_twice(void **state)
{
	struct desk *d = *state;
	struct signer *signer;
	struct print_signature about = { .at = SIGNED_AT };
	str again;
	make_keys(d, "rsa:2048");
	assert_int_equal(open_keys(d, "mat-khau", &signer), OK);
	str once = sign_letter(d, signer, body);
	assert_int_equal(sign_pdf(&d->ctx, signer, once, &about, &again), ERR_INVALID);
	assert_int_equal(sign_pdf(&d->ctx, signer, S("%PDF-1.5 no such file"), &about, &again),
			 ERR_INVALID);
}

static void a_wrong_passphrase_or_file_is_told(void **state)
{
	struct desk *d = *state;
	struct signer *signer;
	make_keys(d, "rsa:2048");
	assert_int_equal(open_keys(d, "sai", &signer), ERR_INVALID);
	assert_int_equal(sign_pkcs12(&d->ctx, &d->arena, S("không phải"), S(""), &signer), ERR_INVALID);
}

static void a_demonstration_key_says_that_it_is_one(void **state)
{
	struct desk *d = *state;
	struct signer *signer;
	str file;
	assert_int_equal(sign_demonstration(&d->ctx, S("Ủy ban nhân dân phường Thử"), S("x"), &file), OK);
	assert_int_equal(sign_pkcs12(&d->ctx, &d->arena, file, S("x"), &signer), OK);
	assert_accepted(d, sign_letter(d, signer, body));
	write_file(d, "own.der", signer->certificate);
	assert_true(says(run(d, "openssl x509 -inform DER -in own.der -noout -subject"), "DEMONSTRATION"));
}

/* ---- a signing service of the test's own ---- */

struct service {
	int listener, port, status;
	struct desk desk; /* the thread's own memory */
	struct signer *key;
	char question[2048];
	bool wrong;
};

static str service_answer(struct service *s)
{
	struct desk *d = &s->desk;
	char *hash = strstr(s->question, "\"hash\":[\"");
	if (!hash)
		return S("{}");
	hash += 9;
	write_file(d, "hash64", str_of(hash, strcspn(hash, "\"")));
	str digest = run(d, "base64 -d < hash64"), value;
	if (s->wrong)
		((char *)digest.p)[0] ^= 1;
	if (digest.n != 32 || s->key->sign(&d->ctx, s->key, (const uint8_t *)digest.p, &value) != OK)
		return S("{}");
	write_file(d, "value", value);
	return arena_printf(&d->arena, "{\"signatures\":[\"%.*s\"]}",
			    STR_ARG(str_trim(run(d, "base64 -w0 < value"))));
}

static void *serve(void *arg)
{
	struct service *s = arg;
	int client = accept(s->listener, NULL, NULL);
	size_t n = 0;
	for (ssize_t got; n + 1 < sizeof s->question && !strstr(s->question, "signAlgo"); n += (size_t)got)
		if ((got = read(client, s->question + n, sizeof s->question - 1 - n)) <= 0)
			break;
	str body_text = s->status == 200 ? service_answer(s) : S("{}");
	dprintf(client, "HTTP/1.1 %d x\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%.*s",
		s->status, body_text.n, STR_ARG(body_text));
	close(client);
	return NULL;
}

static enum err sign_at_service(struct desk *d, int status, bool wrong, struct service *s, str *ret_cms)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	struct signer *remote;
	uint8_t digest[32] = { 7 };
	pthread_t thread;
	*s = (struct service){ .status = status, .wrong = wrong };
	make_keys(d, "rsa:2048");
	assert_int_equal(open_keys(d, "mat-khau", &s->key), OK);
	arena_init(&s->desk.arena);
	s->desk.ctx.arena = &s->desk.arena;
	memcpy(s->desk.folder, d->folder, sizeof d->folder);
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(s->listener, 1), 0);
	getsockname(s->listener, (struct sockaddr *)&address, &size);
	pthread_create(&thread, NULL, serve, s);
	struct sign_service service = {
		.url = arena_printf(&d->arena, "http://127.0.0.1:%d/csc/v1/signatures/signHash",
				    ntohs(address.sin_port)),
		.credential = S("con-dau-so"), .token = S("bí mật"), .activation = S("123456"),
		.certificates = arena_join(&d->arena, (const str[]){ read_file(d, "own.pem"),
								     read_file(d, "ca.pem") }, 2),
	};
	assert_int_equal(sign_remote(&d->ctx, &d->arena, &service, &remote), OK);
	assert_int_equal(remote->n_chain, 1);
	enum err e = sign_cms(&d->ctx, remote, digest, ret_cms);
	pthread_join(thread, NULL);
	close(s->listener);
	arena_done(&s->desk.arena);
	return e;
}

static void a_signing_service_signs_the_digest_it_is_sent(void **state)
{
	struct service service;
	str cms;
	assert_int_equal(sign_at_service(*state, 200, false, &service, &cms), OK);
	assert_non_null(strstr(service.question, "POST /csc/v1/signatures/signHash"));
	assert_non_null(strstr(service.question, "Authorization: Bearer bí mật"));
	assert_non_null(strstr(service.question, "\"credentialID\":\"con-dau-so\""));
	assert_non_null(strstr(service.question, "\"SAD\":\"123456\""));
}

static void a_service_that_signs_something_else_or_refuses_is_told(void **state)
{
	struct service service;
	str cms;
	assert_int_equal(sign_at_service(*state, 200, true, &service, &cms), ERR_INVALID);
	assert_int_equal(sign_at_service(*state, 403, false, &service, &cms), ERR_INVALID);
	assert_int_equal(sign_at_service(*state, 503, false, &service, &cms), ERR_BUSY);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(a_letter_signed_with_an_rsa_key_is_accepted_by_a_reader),
		TEST(a_letter_signed_with_a_key_on_a_curve_is_accepted_by_a_reader),
		TEST(openssl_follows_the_signature_to_its_authority),
		TEST(any_changed_byte_of_what_is_signed_is_reported),
		TEST(the_signature_stands_where_the_letter_shows_it),
		TEST(a_letter_without_a_place_is_signed_unseen_and_one_of_many_pages_on_its_own),
		TEST(what_was_signed_is_not_signed_twice),
		TEST(a_wrong_passphrase_or_file_is_told),
		TEST(a_demonstration_key_says_that_it_is_one),
		TEST(a_signing_service_signs_the_digest_it_is_sent),
		TEST(a_service_that_signs_something_else_or_refuses_is_told),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}

#include "store/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { BYTES = 16, V4_AT = 96 };

/* Both kinds of addresses as one of 128 bits; a range is the first `bits` of one. */
struct range {
	unsigned char bytes[BYTES];
	int bits;
};

static const unsigned char v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool read_range(str text, struct range *ret)
{
	char plain[INET6_ADDRSTRLEN + 1] = { 0 };
	size_t slash = str_find_byte(text, '/');
	str host = str_slice(text, 0, slash == SIZE_MAX ? text.n : slash);
	int64_t bits = -1;
	if (host.n >= sizeof plain ||
	    (slash != SIZE_MAX && !str_int(str_slice(text, slash + 1, text.n), 0, 128, &bits)))
		return false;
	memcpy(plain, host.p, host.n);
	bool v4 = inet_pton(AF_INET, plain, ret->bytes + 12) == 1;
	if (v4)
		memcpy(ret->bytes, v4_prefix, sizeof v4_prefix);
	else if (inet_pton(AF_INET6, plain, ret->bytes) != 1)
		return false;
	int64_t most = v4 ? 32 : 128;
	if (slash == SIZE_MAX)
		bits = most;
	ret->bits = (int)bits + (v4 ? V4_AT : 0);
	return bits >= 0 && bits <= most;
}

static bool lies_in(const unsigned char *bytes, const struct range *range)
{
	for (int bit = 0; bit < range->bits; bit++)
		if ((bytes[bit / 8] ^ range->bytes[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static bool lies_in_one(const unsigned char *bytes, const char *const *ranges)
{
	struct range range;
	for (; *ranges; ranges++)
		if (read_range(str_z(*ranges), &range) && lies_in(bytes, &range))
			return true;
	return false;
}

static bool lies_in_named(const unsigned char *bytes, struct value named)
{
	struct range range;
	for (uint32_t i = 0; named.kind == VALUE_LIST && i < named.n; i++)
		if (read_range(value_text(named.items[i]), &range) && lies_in(bytes, &range))
			return true;
	return false;
}

bool network_valid(str range)
{
	struct range read;
	return read_range(range, &read);
}

bool network_allows(struct value named, const struct sockaddr *address)
{
	static const char *const never[] = {
		"0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "100.100.100.200", "::/128", "fe80::/10",
		"ff00::/8", "fd00:ec2::254", NULL,
	};
	static const char *const inside[] = {
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10",
		"fc00::/7", "::1", NULL,
	};
	/* Addresses of IPv6 that stand for one of IPv4. */
	static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	unsigned char bytes[BYTES];
	if (address->sa_family == AF_INET) {
		memcpy(bytes, v4_prefix, sizeof v4_prefix);
		memcpy(bytes + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, BYTES);
	} else {
		return false;
	}
	if (memcmp(bytes, nat64, sizeof nat64) == 0)
		memcpy(bytes, v4_prefix, sizeof v4_prefix);
	if (lies_in_one(bytes, never))
		return false;
	return value_is_null(named) || !lies_in_one(bytes, inside) || lies_in_named(bytes, named);
}

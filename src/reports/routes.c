#include "reports/pages.h"

const struct route reports_routes[] = {
	{ WEB_GET, "/ban/so", ACT_REGISTER_SEE, registers_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/so/{book}", ACT_REGISTER_SEE, register_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/bao-cao", ACT_REGISTER_SEE, reports_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/bao-cao/{report}", ACT_REGISTER_SEE, report_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/api/v1/registers/{book}", ACT_REGISTER_SEE, register_page,
	  .flags = ROUTE_NO_LANGUAGE },
	{ WEB_GET, "/api/v1/reports/{report}", ACT_REGISTER_SEE, report_page,
	  .flags = ROUTE_NO_LANGUAGE },
	{ WEB_GET, "/cong-khai", PERM_PUBLIC, published_page, .flags = ROUTE_CACHED,
	  .ttl = USEC_SECOND, .query_keys = "nam" },
	{ 0 },
};

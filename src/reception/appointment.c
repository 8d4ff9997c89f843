/* Appointments: slots booked ahead. */
#include "reception/room.h"

static const struct record_column appointment_columns[] = {
	{ "service", COLUMN_TEXT }, { "procedure", COLUMN_TEXT }, { "day" }, { "minute" },
	{ "state", COLUMN_TEXT }, { "code", COLUMN_TEXT, .is_private = true },
	{ "name", COLUMN_TEXT, .is_private = true }, { "phone", COLUMN_TEXT, .is_private = true },
	{ "ticket", COLUMN_ID },
};
const struct record_table appointment_table = { "appointment", "appointment.booked",
						appointment_columns,
						ARRAY_SIZE(appointment_columns) };

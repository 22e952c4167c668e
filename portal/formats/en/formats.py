"""English dates as the invoices' amounts and dates are written: "Nov 3, 2026"."""

DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = "M j, Y, P"
SHORT_DATE_FORMAT = "M j, Y"

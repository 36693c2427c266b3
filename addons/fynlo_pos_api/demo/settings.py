"""Opening hours and hardware of Fynlo Bistro."""

#: Weekdays (Monday is 0), opens, closes; the weekend ends after midnight.
WEEK = (
    ((0, 1, 2, 3), 11.5, 22.0),
    ((4, 5), 11.5, 1.0),
    ((6,), 10.0, 21.0),
)

#: Month, day, name: closed each year.
HOLIDAYS = ((1, 1, "New Year's Day"), (12, 25, "Christmas Day"))

#: Name, kind, connection, address, kitchen station.
HARDWARE = (
    ("Receipt printer", "printer", "network", "192.0.2.10:9100", None),
    ("Kitchen printer", "printer", "network", "192.0.2.11:9100", "Kitchen"),
    ("Bar printer", "printer", "bluetooth", "00:11:22:33:44:55", "Bar"),
    ("Cash drawer", "drawer", "built_in", None, None),
    ("Barcode scanner", "scanner", "bluetooth", "00:11:22:33:44:66", None),
    ("Card reader", "reader", "network", "192.0.2.20", None),
    ("Kitchen display", "display", "network", "192.0.2.30", "Kitchen"),
)

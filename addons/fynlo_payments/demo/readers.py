"""Card readers of the demo restaurant: label, model, serial number, state."""

LOCATION = "tml_DemoRestaurant"
READERS = (
    ("Counter", "bbpos_wisepos_e", "WSC513105011295", "online"),
    ("Terrace", "stripe_s700", "STRM26217000010", "offline"),
)

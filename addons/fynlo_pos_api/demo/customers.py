"""Customers of Fynlo Bistro. The phone numbers are those that are kept for stories."""

#: First name, last name, e-mail, phone, tags, street, city, zip, segment, tier.
PEOPLE = (
    ("Maeve", "O'Brien", "maeve.obrien@example.com", "+1 212-555-0110", ("Terrace",),
     "14 Perry St", "New York", "10014", "vip", "gold"),
    ("Theodore", "Nguyen", "theo.nguyen@example.com", "+1 212-555-0111", ("Lunch club",),
     "220 E 10th St", "New York", "10003", "regular", "silver"),
    ("Amara", "Okafor", "amara@example.org", "+1 718-555-0112", ("Birthday table", "Terrace"),
     "77 Clinton Ave", "Brooklyn", "11205", "regular", "bronze"),
    ("Lucía", "Fernández", "lucia.fernandez@example.com", "+1 646-555-0113", (),
     "401 W 24th St", "New York", "10011", "new", "bronze"),
    ("Jürgen", "Weiß", "jweiss@example.net", "+1 917-555-0114", ("Wine list",),
     "8 Gramercy Park S", "New York", "10003", "at_risk", "silver"),
    ("Priya", "Raman", "priya.raman@example.com", "+1 212-555-0115", ("Vegetarian",),
     "315 E 65th St", "New York", "10065", "vip", "platinum"),
    ("Sam", "Keller", None, "+1 212-555-0116", (), None, None, None, "new", None),
    ("Noor", "Haddad", "noor@example.org", None, ("Lunch club", "Vegetarian"),
     "19 Cranberry St", "Brooklyn", "11201", "regular", "bronze"),
    ("Émile", "Laurent", "emile.laurent@example.com", "+1 347-555-0118", ("Wine list",),
     "50 Bank St", "New York", "10014", "churned", "silver"),
    ("Grace", "Kim", "grace.kim@example.net", "+1 929-555-0119", ("Birthday table",),
     "41-10 Main St", "Flushing", "11355", "regular", "gold"),
)  # fmt: skip

#: Name, e-mail, phone, tags, street, city, zip, segment, tier.
BUSINESSES = (
    ("Harbor Architects LLP", "office@harbor-architects.example", "+1 212-555-0120",
     ("Invoice",), "33 Water St", "New York", "10004", "vip", "gold"),
    ("Larkspur Books", "hello@larkspur.example", "+1 718-555-0121",
     ("Catering",), "210 Court St", "Brooklyn", "11201", "regular", None),
)  # fmt: skip

#: E-mail of the customer: type, label, street, city, zip, latitude, longitude.
ADDRESSES = {
    "maeve.obrien@example.com": (
        ("delivery", "Office", "350 Fifth Ave", "New York", "10118", 40.7484, -73.9857),
        ("other", "Mother", "2 Ocean Pkwy", "Brooklyn", "11218", 40.6437, -73.9762),
    ),
    "office@harbor-architects.example": (
        ("invoice", "Accounts", "PO Box 1120", "New York", "10268", 0.0, 0.0),
    ),
}
#: E-mail of those who said yes to marketing by e-mail.
SAID_YES = ("maeve.obrien@example.com", "priya.raman@example.com", "grace.kim@example.net")
SAID_NO = ("jweiss@example.net",)
SUSPENDED = ("emile.laurent@example.com",)

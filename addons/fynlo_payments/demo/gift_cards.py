"""Gift cards and eWallets of Fynlo Bistro: money that guests have paid before."""

#: Code and name of the account of what is owed to those who have them.
ACCOUNT = ("248800", "Gift cards and eWallets")

#: By the type of the program: what it is called, what is sold, how it is paid with.
PROGRAMS = {
    "gift_card": {
        "name": "Bistro gift cards", "product": "Bistro gift card", "method": "Gift card",
        "journal": "FBGFT",
    },
    "ewallet": {
        "name": "Bistro eWallets", "product": "Bistro eWallet top-up", "method": "eWallet",
        "journal": "FBEWL",
    },
}  # fmt: skip

#: By the type of the program: what is on each card, and whose it is.
CARDS = {
    "gift_card": ((50.0, None), (12.5, None)),
    "ewallet": ((30.0, "Maeve O'Brien"),),
}

"""What a payment sheet asks a guest for, and what of his answer is of use.

Source: https://developer.apple.com/documentation/applepayontheweb/applepaypaymentrequest
"""

import re

#: Ways in which an order reaches its guest, in Apple's words; at a table nothing is shipped.
_SHIPPING = {"takeaway": "storePickup", "delivery": "delivery"}
_LONGEST_EMAIL, _LONGEST_NAME = 254, 60
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,30}")


def contact_fields(asked, order_type):
    """Return the keys of a payment request that name contact fields.

    Apple gives e-mail and phone with the shipping contact alone. Who is and lives where is asked
    for the bill, unless the order is brought there.

    :param asked: of ``email``, ``name``, ``phone``, ``postalAddress``
    """
    whereabouts = [name for name in ("name", "postalAddress") if name in asked]
    reach = [name for name in ("email", "phone") if name in asked]
    is_brought = order_type == "delivery"
    return {
        "requiredBillingContactFields": [] if is_brought else whereabouts,
        "requiredShippingContactFields": [*reach, *whereabouts] if is_brought else reach,
    }


def shipping(order_type, label, detail, amount):
    """Return the keys of a payment request that tell how an order reaches its guest.

    :param amount: decimal text; it is a part of the total already
    """
    method = {"label": label, "detail": detail, "amount": amount, "identifier": order_type}
    return {
        "shippingType": _SHIPPING.get(order_type, "storePickup"),
        "shippingMethods": [method] if order_type in _SHIPPING else [],
    }


def clean_contact(contact, asked):
    """Return what of an answer is kept: ``email``, ``phone``, ``name``, where they make sense.

    What makes none is dropped and not refused: the guest has agreed to pay.

    :param contact: has ``email_address``, ``phone_number`` and ``given_name``; may be ``None``
    """
    if not contact:
        return {}
    email, phone = (contact.email_address or "").strip(), (contact.phone_number or "").strip()
    name = " ".join("".join(filter(str.isprintable, contact.given_name or "")).split())
    found = {
        "email": email if len(email) <= _LONGEST_EMAIL else "",
        "phone": phone if _PHONE.fullmatch(phone) else "",
        "name": name[:_LONGEST_NAME],
    }
    return {key: value for key, value in found.items() if value and key in asked}

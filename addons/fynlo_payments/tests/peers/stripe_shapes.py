"""What an answer looks like for who asks: expanded objects, and the shapes of old versions."""

from .stripe_events import public


def shape(peer, body, params, version):
    """Return an object as this request wants it told.

    :param body: the object, without what only the peer knows
    :param params: the request's parameters, with ``expand``
    :param version: header ``Stripe-Version``
    """
    if body.get("object") not in ("payment_intent", "setup_intent"):
        return body
    expand = params.get("expand") or {}
    if "payment_method" in (expand.values() if isinstance(expand, dict) else expand):
        body["payment_method"] = _method(body["payment_method"])
    if (version or "") < "2022-11-15" and body["object"] == "payment_intent":
        charges = peer.objects.list("charge", payment_intent=body["id"])
        body["charges"] = {"object": "list", "data": [public(each) for each in charges]}
    return body


def _method(id_):
    if not id_:
        return None
    card = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2040}
    return {"id": id_, "object": "payment_method", "type": "card", "card": card}

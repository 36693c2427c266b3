from dataclasses import replace
from itertools import groupby

from odoo import api, models
from odoo.fields import Command

from ..engine.ticket_diff import Sent, Want, find_news, share_stop
from ..engine.ticket_life import CANCELLED, SERVED

#: The channel that a screen listens to: of one store, see ``ir.websocket``.
SUBCHANNEL = "fynlo_kitchen"
NOTIFICATION = "fynlo.kitchen"


class FynloKitchen(models.AbstractModel):
    """Tells the kitchen what is new, changed or cancelled on an order, exactly once.

    Every method wants the order's row locked. What was sent is read from the tickets, compared
    with the order, and the difference becomes tickets: who sends again has no difference.
    """

    _name = "fynlo.kitchen"
    _description = "Fynlo kitchen"

    @api.model
    def _fynlo_cook(self, order, only_stops=False):
        """Make the tickets of one ``pos.order`` and return them, sudoed; may be empty.

        :param only_stops: tell what must not be cooked any more and nothing else
        """
        tickets_sudo = self.env["fynlo.kitchen.ticket"].sudo()
        routes = self.env["fynlo.kitchen.station"]._fynlo_routes(order.config_id.id)
        if not (routes or order.fynlo_kitchen_count):
            return tickets_sudo
        items_sudo = self._fynlo_known_items(order)
        wants = self._fynlo_wants(order, routes)
        news = find_news(wants, self._fynlo_sent(items_sudo), only_stops)
        if not news:
            return tickets_sudo
        told = list(self._fynlo_stop(items_sudo, news))
        if told:
            tickets_sudo = tickets_sudo.create(self._fynlo_ticket_values(order, told))
        order._fynlo_own_write().fynlo_kitchen_count += 1
        self._fynlo_notify(order.config_id)
        return tickets_sudo

    @api.model
    def _fynlo_notify(self, stores):
        """Wake the screens of the stores after the commit; they read what is true then.

        Once in a transaction: what it does more is in the same commit.
        """
        woken = self.env.cr.precommit.data.setdefault("fynlo.kitchen.woken", set())
        for store in stores.filtered(lambda each: each.id not in woken):
            woken.add(store.id)
            channel = (store, SUBCHANNEL)
            self.env["bus.bus"]._sendone(channel, NOTIFICATION, {"store": store.fynlo_uuid})

    # --- What the order wants

    def _fynlo_wants(self, order, routes):
        if order.fynlo_state == "cancelled":
            return []
        wants, combos = {}, order.lines.combo_parent_id
        for line in order.lines.sorted("id"):
            if line in combos or line.qty <= 0:  # a combo's items are cooked; refunds are not
                continue
            want = self._fynlo_want(line, routes)
            if known := wants.get(want.key):
                want = Want(want.key, known.quantity + want.quantity, *_rest_of(known))
            wants[want.key] = want
        return wants.values()

    def _fynlo_want(self, line, routes):
        main = line.combo_parent_id or line
        product = line.product_id
        modifiers = self._fynlo_modifiers(line)
        is_held = main.course_id and not main.course_id.fired
        stations = self.env["fynlo.kitchen.station"]
        facts = {
            "product_id": product.id,
            "name": product.name,
            "allergens": product.fynlo_allergens or False,
            "per_line": line.qty / main.qty if main.qty else 1.0,
        }
        notes = dict.fromkeys(filter(None, (main.customer_note, line.customer_note)))
        return Want(
            key=(main.uuid, product.id, tuple(modifiers)),
            quantity=line.qty,
            notes=(" / ".join(notes), main.order_id.general_customer_note or ""),
            course=main.course_id.index or 0,
            station_ids=()
            if is_held
            else stations._fynlo_find_stations(routes, product.product_tmpl_id),
            facts=facts,
        )

    def _fynlo_modifiers(self, line):
        """Return the chosen values by name, with the guest's own words."""
        values = line.attribute_value_ids
        words = {
            each.custom_product_template_attribute_value_id: each.custom_value
            for each in (line.custom_attribute_value_ids if values else ())
        }
        return [
            f"{value.name}: {words[value]}" if words.get(value) else value.name for value in values
        ]

    # --- What the kitchen knows

    @api.model
    def _fynlo_known_items(self, order):
        """Return the items that the kitchen has of an order, sudoed; cancellations are not."""
        items_sudo = self.env["fynlo.kitchen.item"].sudo()
        if not order.fynlo_kitchen_count:
            return items_sudo
        return items_sudo.search([("order_id", "=", order.id), ("kind", "!=", "cancel")])

    def _fynlo_sent(self, items_sudo):
        """Return the :class:`Sent` of each dish and station; the last item tells the note."""
        sent = {}
        for item in items_sudo:
            key = item._fynlo_key()
            known = sent.get((key, item.station_id.id))
            live = item._fynlo_live() if item.kind == "new" else 0.0
            waiting = live if item.state != SERVED else 0.0
            facts = {
                "product_id": item.product_id.id,
                "name": item.name,
                "allergens": item.allergens,
                "per_line": item.per_line,
            }
            sent[key, item.station_id.id] = Sent(
                key=key,
                station_id=item.station_id.id,
                quantity=round(live + (known.quantity if known else 0.0), 6),
                unserved=round(waiting + (known.unserved if known else 0.0), 6),
                notes=(item.note or "", item.order_note or ""),
                course=item.ticket_id.course,
                facts=facts,
            )
        return list(sent.values())

    def _fynlo_stop(self, items_sudo, news):
        """Take what is cancelled off the items, first what was begun last; return the news.

        What was served before it was cancelled needs no ticket any more.
        """
        by_place = items_sudo.grouped(lambda item: (item._fynlo_key(), item.station_id.id))
        for row in news:
            if row.kind != "cancel":
                yield row
                continue
            items = by_place[row.key, row.station_id]
            pieces = items.filtered(lambda each: each.kind == "new").sorted(_stopping_order)
            shares = share_stop(row.quantity, [item._fynlo_live() for item in pieces])
            stopped = 0.0
            for item, share in zip(pieces, shares, strict=True):
                stopped += share if item.state != SERVED else 0.0
                self._fynlo_take_off(item, share)
            if not any(item._fynlo_live() for item in pieces):
                (items - pieces).filtered(lambda each: each.state != SERVED).state = CANCELLED
            if stopped:
                yield replace(row, quantity=stopped)

    def _fynlo_take_off(self, item_sudo, quantity):
        if not quantity:
            return
        item_sudo.cancelled_quantity += quantity
        if item_sudo._fynlo_live() <= 0 and item_sudo.state != SERVED:
            item_sudo.state = CANCELLED
        item_sudo.ticket_id.version += 1

    # --- Writing

    def _fynlo_ticket_values(self, order, news):
        send_number = order.fynlo_kitchen_count + 1
        number = f"{order.tracking_number or order.name}-{send_number}"
        rows = sorted(news, key=_ticket_of)
        return [
            {
                "station_id": station_id,
                "order_id": order.id,
                "send_number": send_number,
                "number": number,
                "kind": kind,
                "course": course,
                "item_ids": [Command.create(self._fynlo_item_values(order, row)) for row in group],
            }
            for (station_id, course, kind), group in groupby(rows, _ticket_of)
        ]

    def _fynlo_item_values(self, order, row):
        line_uuid, _product_id, modifiers = row.key
        note, order_note = row.notes
        return {
            **row.facts,
            "order_id": order.id,
            "line_uuid": line_uuid,
            "quantity": row.quantity,
            "modifiers": list(modifiers),
            "note": note or False,
            "order_note": order_note or False,
        }


def _rest_of(want):
    return want.notes, want.course, want.station_ids, want.facts


def _ticket_of(row):
    return row.station_id, row.course, row.kind


def _stopping_order(item):
    """What nobody has begun goes first, what stands on the table last."""
    return ("new", "preparing", "ready", "served", "cancelled").index(item.state), -item.id

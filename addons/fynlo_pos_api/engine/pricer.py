"""From the lines of a body to lines with unit prices; taxes come after."""

from uuid import uuid5

from odoo.tools.float_utils import float_round

from .cart import PricedLine
from .choices import FieldFaults, check_combo, check_quantity, pick_modifiers
from .combo import ComboChoice, share_combo_price


class LinePricer:
    """Prices line after line.

    :param book: the store's ``PriceBook``, with the entries of all products concerned
    :param pricelist_id: ``None`` for public prices
    :param fiscal_position_id: ``None`` to leave the products' taxes as they are
    :param now: naive UTC ``datetime`` for rules with a period
    :ivar lines: the priced lines; a combo is followed by its items
    :ivar faults: what is wrong with the body
    :ivar unavailable: public ids of products that are not sold now
    """

    def __init__(self, book, pricelist_id, fiscal_position_id, now):
        self._book, self._now = book, now
        self._pricelist_id, self._position_id = pricelist_id, fiscal_position_id
        self.lines, self.faults, self.unavailable = [], FieldFaults(), []

    def add(self, line, path):
        """Price one ``CartLine``; ``path`` is its place in the body."""
        entry = self._book.products.get(str(line.product_id))
        if entry is None:
            self.faults.add(f"{path}.productId", "unknown_reference", "There is no such product.")
            return
        if not entry.is_sold:
            self.unavailable.append(entry.uuid)
            return
        check_quantity(line.quantity, self._book.quantity_digits, f"{path}.quantity", self.faults)
        modifiers = pick_modifiers(entry, line.modifiers, f"{path}.modifiers", self.faults)
        if entry.is_combo:
            self._add_combo(line, entry, path)
        elif line.combo_items:
            self.faults.add(f"{path}.comboItems", "not_allowed", "The product is no combo.")
        else:
            self._add_single(line, entry, modifiers)

    def _add_single(self, line, entry, modifiers):
        quantity = float(line.quantity)
        surcharge = sum(modifier.surcharge for modifier, _words in modifiers)
        price = self._find_price(entry, quantity, surcharge)
        price = float_round(price, precision_digits=self._book.price_digits)
        priced = self._make(line, entry, str(line.id), quantity, price)
        priced.surcharge, priced.modifiers, priced.note = surcharge, modifiers, line.note or ""
        self.lines.append(priced)

    def _add_combo(self, line, entry, path):
        choices = self._pick_choices(line, entry, f"{path}.comboItems")
        if self.faults.errors or self.unavailable:
            return
        quantity = float(line.quantity)
        parent = len(self.lines)
        priced = self._make(line, entry, str(line.id), quantity, 0.0)
        priced.note = line.note or ""
        self.lines.append(priced)
        # The price of a combo is found for one, also when a rule asks for a minimum quantity.
        price = self._find_price(entry, 1, 0.0)
        free = {question.id: question.free_quantity for question in entry.questions.values()}
        shares = share_combo_price(price, choices, free, self._book.currency.round)
        for position, share in enumerate(shares):
            option = share.choice.option
            uuid = str(uuid5(line.id, f"combo item {position}"))
            item = self._book.products[option.product_uuid]
            priced = self._make(line, item, uuid, share.quantity * quantity, share.unit_price)
            priced.modifiers = list(share.choice.modifiers)
            priced.parent, priced.combo_option_id = parent, option.id
            self.lines.append(priced)

    def _pick_choices(self, line, entry, path):
        choices = []
        for index, wanted in enumerate(line.combo_items):
            field = f"{path}.{index}"
            option = entry.options.get(str(wanted.combo_item_id))
            if option is None:
                message = "The combo has no such item."
                self.faults.add(f"{field}.comboItemId", "unknown_reference", message)
                continue
            item = self._book.products.get(option.product_uuid)
            if item is None or not item.is_active:
                self.unavailable.append(option.product_uuid)
                continue
            modifiers = pick_modifiers(item, wanted.modifiers, f"{field}.modifiers", self.faults)
            weight = entry.questions[option.question_id].base_price
            choices.append(ComboChoice(option, weight, wanted.quantity, tuple(modifiers)))
        check_combo(entry, choices, path, self.faults)
        return choices

    def _find_price(self, entry, quantity, surcharge):
        rules = self._book.rules
        return rules.find_price(self._pricelist_id, entry.priced, quantity, self._now, surcharge)

    def _make(self, line, entry, uuid, quantity, unit_price):
        return PricedLine(
            uuid=uuid,
            product=entry,
            quantity=quantity,
            unit_price=unit_price,
            discount=float(line.discount_percent),
            tax_ids=entry.tax_ids,
            applied_tax_ids=self._book.map_taxes(self._position_id, entry.tax_ids),
        )

"""From the lines of a body to lines with unit prices; taxes come after."""

from uuid import UUID, uuid5

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
    :param sells_withdrawn: take products that are not sold any more: they were, then
    :ivar lines: the priced lines; a combo is followed by its items
    :ivar faults: what is wrong with the body
    :ivar unavailable: public ids of products that are not sold now
    """

    def __init__(self, book, pricelist_id, fiscal_position_id, now, *, sells_withdrawn=False):
        self._book, self._now = book, now
        self._pricelist_id, self._position_id = pricelist_id, fiscal_position_id
        self._sells_withdrawn = sells_withdrawn
        self.lines, self.faults, self.unavailable = [], FieldFaults(), []

    def add(self, line, path):
        """Price one ``CartLine``; ``path`` is its place in the body."""
        entry = self._book.products.get(str(line.product_id))
        if entry is None:
            self.faults.add(f"{path}.productId", "unknown_reference", "There is no such product.")
            return
        if not self._sells_withdrawn and (not entry.is_sold or self._is_out(entry)):
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
        priced.surcharge, priced.modifiers = surcharge, modifiers
        self.lines.append(priced)

    def _add_combo(self, line, entry, path):
        choices = self._pick_choices(line, entry, f"{path}.comboItems")
        if self.faults.errors or self.unavailable:
            return
        priced = self._make(line, entry, str(line.id), float(line.quantity), 0.0)
        self._append_combo(priced, choices)

    def _append_combo(self, priced, choices):
        """Append a combo's own line and, after it, a line for each share of its price."""
        parent = len(self.lines)
        self.lines.append(priced)
        # The price of a combo is found for one, also when a rule asks for a minimum quantity.
        price = self._find_price(priced.product, 1, 0.0)
        free = {each.id: each.free_quantity for each in priced.product.questions.values()}
        shares = share_combo_price(price, choices, free, self._book.currency.round)
        for position, share in enumerate(shares):
            option = share.choice.option
            item = self._book.products[option.product_uuid]
            self.lines.append(
                PricedLine(
                    uuid=str(uuid5(UUID(priced.uuid), f"combo item {position}")),
                    product=item,
                    quantity=share.quantity * priced.quantity,
                    unit_price=share.unit_price,
                    discount=priced.discount,
                    tax_ids=item.tax_ids,
                    applied_tax_ids=self._book.map_taxes(self._position_id, item.tax_ids),
                    modifiers=list(share.choice.modifiers),
                    parent=parent,
                    combo_option_id=option.id,
                )
            )

    # --- Lines that were priced before

    def keep(self, group, quantity, is_repriced):
        """Append a line of an open order again.

        It keeps its price, unless its quantity changes, which may meet another price rule, or
        ``is_repriced`` asks for it. A price that somebody set by hand stays in any case.

        :param group: the ``PricedLine`` and, of a combo, its items
        :param quantity: the new quantity
        """
        main, *items = group
        if quantity > main.quantity:  # what was ordered before is being made
            out = [line.product.uuid for line in group if self._is_out(line.product)]
            self.unavailable += out
        known = {option.id for option in main.product.options.values()}
        # A combo of which an item was taken since keeps its price: what is left is not all of it.
        if items and is_repriced and all(item.combo_option_id in known for item in items):
            choices = self._recall_choices(main, items)
            main.quantity = quantity
            self._append_combo(main, choices)
            return
        if not items and not main.is_price_fixed and (is_repriced or quantity != main.quantity):
            price = self._find_price(main.product, quantity, main.surcharge)
            main.unit_price = float_round(price, precision_digits=self._book.price_digits)
        parent = len(self.lines)
        for item in items:
            item.quantity, item.parent = item.quantity / main.quantity * quantity, parent
            item.discount = main.discount
        main.quantity = quantity
        self.lines += group

    def _recall_choices(self, main, items):
        """Return the ``ComboChoice`` that the items of a combo came from."""
        options = {option.id: option for option in main.product.options.values()}
        quantities, modifiers = {}, {}
        for item in items:
            key = (item.combo_option_id, *(modifier.id for modifier, _words in item.modifiers))
            quantities[key] = quantities.get(key, 0.0) + item.quantity / main.quantity
            modifiers[key] = tuple(item.modifiers)
        questions = main.product.questions
        return [
            ComboChoice(option, questions[option.question_id].base_price, count, modifiers[key])
            for key, count in quantities.items()
            for option in [options[key[0]]]
        ]

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
            is_offered = item and item.is_active and not self._is_out(item)
            if item is None or not (is_offered or self._sells_withdrawn):
                self.unavailable.append(option.product_uuid)
                continue
            modifiers = pick_modifiers(item, wanted.modifiers, f"{field}.modifiers", self.faults)
            weight = entry.questions[option.question_id].base_price
            choices.append(ComboChoice(option, weight, wanted.quantity, tuple(modifiers)))
        if len(choices) == len(line.combo_items):  # else more is wrong than how many there are
            check_combo(entry, choices, path, self.faults)
        return choices

    def _is_out(self, entry):
        return self._book.is_out(entry.uuid, self._now)

    def _find_price(self, entry, quantity, surcharge):
        rules = self._book.rules
        return rules.find_price(self._pricelist_id, entry.priced, quantity, self._now, surcharge)

    def _make(self, line, entry, uuid, quantity, unit_price):
        return PricedLine(
            uuid=uuid,
            product=entry,
            quantity=quantity,
            unit_price=unit_price,
            discount=100.0 if line.comp_reason else float(line.discount_percent),
            tax_ids=entry.tax_ids,
            applied_tax_ids=self._book.map_taxes(self._position_id, entry.tax_ids),
            note=line.note or "",
            seat=line.seat or 0,
            comp_reason=line.comp_reason or "",
        )

"""How the patches of a body change the lines of an open order."""


def merge_lines(pricer, groups, patches, is_repriced):
    """Put the lines of an order as they are after ``patches`` into ``pricer.lines``.

    Lines are found by their ids, so that two who change one order at once both have their way.

    :param pricer: a ``LinePricer``; it notes what is wrong
    :param groups: the order's lines, each a list of ``PricedLine``: itself and a combo's items
    :param patches: the ``LinePatch`` of the body
    :param is_repriced: price every line anew
    """
    waiting = {str(patch.id): (f"lines.{index}", patch) for index, patch in enumerate(patches)}
    for group in groups:
        path, patch = waiting.pop(group[0].uuid, ("", None))
        quantity = group[0].quantity
        if patch is not None:
            _check_fixed_parts(group[0], patch, path, pricer.faults)
            quantity = _apply(group[0], patch)
        if quantity:
            pricer.keep(group, quantity, is_repriced)
    for path, patch in waiting.values():
        if patch.quantity != 0:  # 0: somebody has removed it before
            _add(pricer, patch, path)


def _check_fixed_parts(line, patch, path, faults):
    """Note what a line that is there cannot change."""
    if patch.product_id is not None and str(patch.product_id) != line.product.uuid:
        faults.add(f"{path}.productId", "not_allowed", "Remove the line and add another.")
    given, is_kept = patch.discount_percent, "comp_reason" not in patch.model_fields_set
    if line.comp_reason and is_kept and given not in (None, 100):
        message = "It is given for free: take that back first."
        faults.add(f"{path}.discountPercent", "not_allowed", message)
    for name, value in (("modifiers", patch.modifiers), ("comboItems", patch.combo_items)):
        if value:
            faults.add(f"{path}.{name}", "not_allowed", "Remove the line and add another.")


def _apply(line, patch):
    """Change discount, note and seat of a line; return its new quantity."""
    if patch.discount_percent is not None:
        line.discount = float(patch.discount_percent)
    if "comp_reason" in patch.model_fields_set and (patch.comp_reason or line.comp_reason):
        line.comp_reason = patch.comp_reason or ""
        line.discount = 100.0 if patch.comp_reason else float(patch.discount_percent or 0)
    if "note" in patch.model_fields_set:
        line.note = patch.note or ""
    if "seat" in patch.model_fields_set:
        line.seat = patch.seat or 0
    return line.quantity if patch.quantity is None else float(patch.quantity)


def _add(pricer, patch, path):
    missing = [name for name in ("product_id", "quantity") if getattr(patch, name) is None]
    for name, wire_name in (("product_id", "productId"), ("quantity", "quantity")):
        if name in missing:
            pricer.faults.add(f"{path}.{wire_name}", "required", "A new line needs it.")
    if not missing:
        pricer.add(patch.to_cart_line(), path)

"""Checks what a till asks of the products: every fault is named, none is repaired."""

from .book import Modifier


class FieldFaults:
    """Collects the faults of a body, so that a client learns all of them at once."""

    def __init__(self):
        self.errors = []

    def add(self, field, code, message):
        """Note a fault of the field at the dotted path ``field``."""
        self.errors.append({"field": field, "code": code, "message": message})


def check_quantity(quantity, digits, path, faults):
    """Note a quantity (``Decimal``) that is finer than the store's units of measure."""
    if -quantity.normalize().as_tuple().exponent > digits:
        faults.add(path, "too_precise", f"At most {digits} decimals are allowed.")


def pick_modifiers(entry, wanted, path, faults):
    """Return the wanted modifiers of a product with the guest's words.

    :param entry: the ``ProductEntry``
    :param wanted: ``ModifierChoice`` of the body
    :param path: path of the list in the body
    :return: list of ``(Modifier, words or None)``
    """
    picked, seen = [], set()
    for index, choice in enumerate(wanted):
        modifier = entry.modifiers.get(str(choice.id))
        field = f"{path}.{index}.id"
        if modifier is None:
            faults.add(field, "unknown_reference", "The product has no such modifier.")
        elif modifier.id in seen:
            faults.add(field, "repeated", "A modifier can be chosen once.")
        elif choice.custom_value and not modifier.is_custom:
            custom = f"{path}.{index}.customValue"
            faults.add(custom, "not_allowed", "This modifier takes no text of the guest.")
        else:
            seen.add(modifier.id)
            picked.append((modifier, choice.custom_value))
    _check_answers(entry, [modifier for modifier, _custom in picked], path, faults)
    return picked


def _check_answers(entry, modifiers: list[Modifier], path, faults):
    answered = [modifier.choice_id for modifier in modifiers]
    for choice in entry.choices:
        count = answered.count(choice.id)
        if choice.is_required and not count:
            faults.add(path, "choice_missing", f"Choose one: {choice.name}.")
        elif count > 1 and not choice.is_multiple:
            faults.add(path, "choice_repeated", f"Choose only one: {choice.name}.")


def check_combo(entry, choices, path, faults):
    """Note questions of a combo that are answered too little or too much.

    :param choices: the picked ``ComboChoice``
    """
    for question in entry.questions.values():
        count = sum(each.quantity for each in choices if each.option.question_id == question.id)
        if count < question.free_quantity:
            message = f"Choose {question.free_quantity}: {question.name}."
            faults.add(path, "choice_missing", message)
        elif count > question.max_quantity:
            message = f"Choose at most {question.max_quantity}: {question.name}."
            faults.add(path, "choice_repeated", message)

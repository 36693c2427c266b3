"""Rules of attributes and variants that need no database."""

from math import prod

#: Variants that one product may have: all of them are made at once.
VARIANTS_LIMIT = 100


def find_repeated(keys):
    """Return the positions of keys that stood earlier in the list already."""
    seen, repeated = set(), []
    for position, key in enumerate(keys):
        if key in seen:
            repeated.append(position)
        seen.add(key)
    return repeated


def count_variants(attributes):
    """Return how many variants attributes make.

    :param attributes: list of lists of names, one of each attribute
    """
    return prod(len(names) for names in attributes)


def is_combination(values, attributes):
    """Tell whether ``values`` are one of each attribute, in their order.

    An attribute with a single value may be left out, as variants are told without it.
    """
    with_choice = [names for names in attributes if len(names) > 1]
    return any(
        len(values) == len(wanted)
        and all(value in names for value, names in zip(values, wanted, strict=True))
        for wanted in (attributes, with_choice)
    )

"""The test page of a printer as rows."""

from .paper import RULE, Row


def lay_out_test(store, name, address, asked_at):
    """Return the rows of a test page.

    :param address: how the printer is reached, may be empty
    :param asked_at: the instant in the store's own time, as text
    """
    return [
        Row(store, bold=True, size=2, centred=True),
        Row("TEST PAGE", bold=True, centred=True),
        RULE,
        Row("Printer", name),
        *([Row("Address", address)] if address else []),
        Row("Asked", asked_at),
        RULE,
        Row("abc ABC 0123456789 äöü éèà ñ €"),
        Row("The end of this row", "12.50"),
    ]

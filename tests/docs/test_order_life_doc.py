"""docs/order-life.md says what the code does."""

from tools.order_life_doc import TARGET, load_life, render


def test_the_document_is_current():
    assert TARGET.read_text() == render(load_life()), "Run python3 tools/order_life_doc.py"

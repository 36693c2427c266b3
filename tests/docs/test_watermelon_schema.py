"""clients/watermelon/schema.js has what the server tells tills, and nothing else."""

from tools.watermelon_schema import TARGET, read_tables, render, writable_tables


def test_the_schema_is_current():
    told = render(read_tables(), writable_tables())
    assert TARGET.read_text() == told, "Run python3 tools/watermelon_schema.py"

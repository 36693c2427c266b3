"""When an addon counts as changed."""

from launcher.addons import suite


def test_hash_follows_content_and_ignores_tests(tmp_path):
    addon = tmp_path / "fynlo_x"
    (addon / "tests").mkdir(parents=True)
    (addon / "__manifest__.py").write_text("{}")
    (addon / "models.py").write_text("a = 1")
    (tmp_path / "not_an_addon").mkdir()
    first = suite(tmp_path)
    assert list(first) == ["fynlo_x"]
    (addon / "tests" / "test_x.py").write_text("b = 2")
    (addon / "__pycache__").mkdir()
    (addon / "__pycache__" / "m.pyc").write_bytes(b"x")
    assert suite(tmp_path) == first
    (addon / "models.py").write_text("a = 2")
    assert suite(tmp_path) != first

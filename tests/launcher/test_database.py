"""Which databases the launcher makes again, keeps, and never touches."""

import uuid

import pytest

from launcher.database import PREPARING
from launcher.errors import LauncherError
from launcher.testing import bed, scratch_database


@pytest.fixture
def installer(monkeypatch):
    """The real installer, whose run of Odoo is written down instead of done."""
    made = bed().installer()
    runs = []

    def install(self, config_file, name, init=(), update=(), title=""):
        runs.append((sorted(init), sorted(update)))

    monkeypatch.setattr(type(made), "install", install)
    return made, runs


@pytest.fixture
def name():
    chosen = f"fynlo_t_{uuid.uuid4().hex[:8]}"
    yield chosen
    bed().databases.drop(chosen)


def bring_up(installer, name):
    return installer.bring_up_to_date(bed().databases, name, bed().config_file(name))


def test_missing_database_is_made_with_the_whole_suite(installer, name):
    made, runs = installer
    assert bring_up(made, name) is True
    assert "fynlo_base" in runs[0][0]
    assert bed().databases.stamp(name) == PREPARING


def test_half_made_database_is_made_again(installer, name):
    made, runs = installer
    bed().databases.create(name)
    bed().databases.sql("CREATE TABLE half (id int)", name)
    assert bring_up(made, name) is True
    assert len(runs) == 1
    assert bed().databases.sql("SELECT to_regclass('half') IS NULL", name) == "t"


def test_foreign_database_is_refused_and_kept(installer, name):
    made, runs = installer
    bed().databases.create(name)
    bed().databases.sql("CREATE TABLE books (id int)", name)
    bed().databases.write_stamp(name, "somebody's")
    with pytest.raises(LauncherError, match=f"The database {name} exists and ./fynlo did not"):
        bring_up(made, name)
    assert runs == []
    assert bed().databases.sql("SELECT to_regclass('books') IS NULL", name) == "f"


def test_finished_database_is_left_alone(installer, name):
    made, runs = installer
    bed().databases.create(name)
    made.finish(bed().databases, name)
    assert bring_up(made, name) is False
    assert runs == []


def test_changed_and_new_addons_are_updated_and_installed(installer, name):
    made, runs = installer
    bed().databases.create(name)
    made.finish(bed().databases, name)
    stamp = bed().databases.stamp(name)
    stamp["addons"]["fynlo_base"] = "older"
    del stamp["addons"]["fynlo_pos_api"]
    bed().databases.write_stamp(name, stamp)
    assert bring_up(made, name) is False
    assert runs == [(["fynlo_pos_api"], ["fynlo_base"])]
    assert bring_up(made, name) is False
    assert len(runs) == 1


def test_copy_has_its_own_filestore():
    with scratch_database() as database:
        kept = bed().databases.filestore(bed().template)
        own = bed().databases.filestore(database.name)
        names = sorted(path.name for path in kept.rglob("*"))
        assert sorted(path.name for path in own.rglob("*")) == names
        assert names
    assert not own.exists()
    assert sorted(path.name for path in kept.rglob("*")) == names


@pytest.mark.parametrize("bad", ["", "Fynlo", 'x"; DROP DATABASE y', "../x"])
def test_name_that_could_do_harm_is_refused(bad):
    with pytest.raises(LauncherError, match="cannot be a database name"):
        bed().databases.drop(bad)

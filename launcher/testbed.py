"""The ground that tests stand on.

A fast PostgreSQL with a template database of the suite as it is now.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from . import addons, config, files, install, postgres
from .database import Databases
from .odoo import Odoo
from .provision import Installation

VARIABLE = "FYNLO_TEST_BED"


@dataclass(frozen=True)
class TestBed:
    """What a test process needs to copy databases and start servers; it travels as a JSON file.

    ``template`` is the database with the suite and no demo data; ``folder`` holds configurations,
    logs and filestores.
    """

    __test__ = False

    folder: Path
    installation: Installation
    server: postgres.Postgres
    template: str

    @property
    def databases(self):
        """The databases of this bed."""
        return Databases(self.server, self.folder / "data")

    def environment(self, **extra):
        """Give the environment of an Odoo process of this bed."""
        return config.environment(self.installation.odoo, self.folder, **extra)

    def config_file(self, database, ports=(0, 0), workers=0):
        """Write an Odoo configuration for one database (and HTTP port) of this bed.

        Give its path.
        """
        path = self.folder / f"odoo-{database}-{ports[0]}.conf"
        data = self.folder / "data"
        return config.write_config(
            path, self.installation.odoo, self.server, database, data, ports, workers
        )

    def installer(self):
        """Give an installer for databases of this bed."""
        return install.Installer(self.installation, self.environment(), self.folder / "install.log")

    def save(self):
        """Write the bed for :func:`load`; give the path."""
        path = self.folder / "bed.json"
        files.write_json(path, json.loads(json.dumps(asdict(self), default=str)))
        return path


def load(path):
    """Give the bed that :meth:`TestBed.save` wrote."""
    saved = files.read_json(path)
    odoo = Odoo(**saved["installation"]["odoo"])
    odoo = replace(odoo, library=Path(odoo.library), libraries=tuple(odoo.libraries))
    server = postgres.Postgres(**saved["server"])
    return TestBed(
        Path(saved["folder"]),
        Installation(odoo, Path(saved["installation"]["python"])),
        replace(server, programs=Path(server.programs)),
        saved["template"],
    )


def prepare(folder, installation, fast=True):
    """Start a PostgreSQL for tests, with a template database of the suite as it is now.

    :param fast: without durability; the bench measures with it
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    server = postgres.external(installation.python) or postgres.start(
        folder, installation.python, fast
    )
    bed = TestBed(folder, installation, server, f"fynlo_tpl_{_key(installation)}")
    _drop_all_but(bed.databases, bed.template)
    for old in (*folder.glob("*.log"), *folder.glob("odoo-*.conf"), *folder.glob("metrics-*/*")):
        old.unlink()
    if bed.installer().bring_up_to_date(bed.databases, bed.template, bed.config_file(bed.template)):
        bed.installer().finish(bed.databases, bed.template)
    return bed


def _key(installation):
    state = json.dumps([installation.odoo.version, addons.suite()], sort_keys=True)
    return hashlib.sha256(state.encode()).hexdigest()[:10]


def _drop_all_but(databases, kept):
    """Remove what earlier runs left: copies, and templates of other states of the suite."""
    for name in databases.names():
        if name.startswith("fynlo_t") and not name.startswith(kept):
            databases.drop(name)

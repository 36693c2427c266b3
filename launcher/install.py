"""Install and update the suite in a database, and load the demo restaurant into it."""

import re
import secrets
import subprocess

from . import addons, files, process, server
from .database import PREPARING
from .errors import LauncherError
from .paths import INSIDE
from .terminal import step

LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
DEMO = ("pos.config", "_fynlo_load_demo_restaurant")


class Installer:
    """Runs Odoo's installer on databases of one PostgreSQL.

    :param installation: a :class:`launcher.provision.Installation`
    :param environment: of the Odoo processes
    :param log: the file that takes their output
    """

    def __init__(self, installation, environment, log):
        self.installation = installation
        self.environment = environment
        self.log = log

    def bring_up_to_date(self, databases, name, config_file):
        """Make database ``name`` hold the suite as it is now; tell whether it is new.

        A database that was left half installed is made again. One that this launcher did not make
        is never touched.

        :raise LauncherError: the name belongs to another's database, or Odoo fails to install
        """
        wanted = {"odoo": self.installation.odoo.version, "addons": addons.suite()}
        stamp = self._usable_stamp(databases, name)
        if stamp == wanted:
            return False
        if stamp is None:
            databases.drop(name)
            databases.create(name)
            self.install(config_file, name, init=wanted["addons"], title="Installing the suite")
            return True
        self.update(config_file, name, stamp, wanted)
        databases.write_stamp(name, wanted)
        return False

    def finish(self, databases, name):
        """Stamp a new database as complete."""
        databases.write_stamp(
            name, {"odoo": self.installation.odoo.version, "addons": addons.suite()}
        )

    def _usable_stamp(self, databases, name):
        """Give the stamp of a complete database of ours, None if it has to be made (again)."""
        if not databases.exists(name):
            return None
        stamp = databases.stamp(name)
        if isinstance(stamp, dict):
            return stamp
        if (
            stamp != PREPARING
            and databases.sql("SELECT count(*) FROM pg_stat_user_tables", name) != "0"
        ):
            raise LauncherError(
                f"The database {name} exists and ./fynlo did not make it: "
                "choose another name with --database."
            )
        return None

    def update(self, config_file, name, stamp, wanted):
        """Install what is new and update what changed since ``stamp``."""
        known = stamp["addons"]
        new = [addon for addon in wanted["addons"] if addon not in known]
        changed = [
            addon
            for addon, digest in wanted["addons"].items()
            if known.get(addon, digest) != digest
        ]
        if stamp["odoo"] != wanted["odoo"]:
            changed = ["base"]
        if new or changed:
            self.install(config_file, name, init=new, update=changed, title="Updating the suite")

    def install(self, config_file, name, init=(), update=(), title="Installing"):
        """Run Odoo once to install ``init`` and update ``update``, without its demo data."""
        command = [
            self.installation.python,
            INSIDE / "odoo_entry.py",
            "-c",
            config_file,
            "-d",
            name,
        ]
        command += ["--stop-after-init", "--no-http", "--workers=0", "--max-cron-threads=0"]
        command += [f"--init={','.join(init)}"] if init else []
        command += [f"--update={','.join(update)}"] if update else []
        with step(title) as progress:
            self._watch(command, progress)

    def _watch(self, command, progress):
        child = subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        failed = False
        try:
            with open(self.log, "a") as log:
                for line in child.stdout:
                    log.write(line)
                    found = LOADING.search(line)
                    if found:
                        progress.note("module {1} of {2}, {0}".format(*found.groups()))
                    failed = failed or " ERROR " in line or " CRITICAL " in line
        except BaseException:
            child.kill()
            raise
        if child.wait() or failed:
            raise LauncherError(
                f"Odoo could not install the suite: {server.last_error(self.log)} (log: {self.log})"
            )

    def call(self, config_file, name, model, method, output):
        """Call a model's method as the superuser; give its result.

        :raise LauncherError: the method is missing or fails
        """
        command = [
            self.installation.python,
            INSIDE / "call_model.py",
            config_file,
            name,
            model,
            method,
            output,
        ]
        with open(self.log, "a") as log:
            code = subprocess.run(command, env=self.environment, stdout=log, stderr=log).returncode
        if code == 3:
            raise LauncherError(f"The suite has no method {method} on {model}.")
        if code:
            raise LauncherError(
                f"{model}.{method} failed: {server.last_error(self.log)} (log: {self.log})"
            )
        return files.read_json(output)

    def replace_admin_password(self, config_file, name):
        """Give Odoo's administrator a random password; give his login as the demo tells others."""
        password = secrets.token_urlsafe(12)
        command = [self.installation.python, INSIDE / "set_password.py", config_file, name]
        process.run(
            command,
            "The administrator's password could not be set",
            env=self.environment,
            text=password,
        )
        return {
            "name": "Odoo's administrator",
            "login": "admin",
            "password": password,
            "role": "admin",
        }

    def load_demo(self, config_file, name, output):
        """Fill a new database with the demo restaurant; give what one needs to sign in to it."""
        with step("Loading the demo restaurant"):
            demo = self.call(config_file, name, *DEMO, output)
        output.chmod(0o600)
        return demo

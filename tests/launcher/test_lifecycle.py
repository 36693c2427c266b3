"""``up``, what it survives, and what ``down`` and Ctrl-C leave: nothing."""

import http.client
import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from command import fynlo, start_fynlo

from launcher import files, gateway, ports, postgres, process, server
from launcher.database import Databases
from launcher.errors import LauncherError
from launcher.testing import bed, scratch_database


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A state folder as ``up`` left it: its own PostgreSQL, stopped, with the demo restaurant."""
    folder = tmp_path_factory.mktemp("state")
    python = bed().installation.python
    own = Databases(postgres.start(folder, python), folder / "data")
    with scratch_database(demo=True) as source:
        own.create("fynlo")
        copy = f"pg_dump -Fc --no-comments {source.name} | "
        target = {f"TO_{name}": value for name, value in own.server.environment.items()}
        copy += "PGHOST=$TO_PGHOST PGPORT=$TO_PGPORT PGUSER=$TO_PGUSER PGPASSWORD=$TO_PGPASSWORD "
        copy += "pg_restore --no-owner --no-comments -d fynlo"
        path = f"{own.server.programs}:{os.environ['PATH']}"
        environment = {**os.environ, **bed().server.environment, **target, "PATH": path}
        subprocess.run(copy, shell=True, env=environment, check=True)
        shutil.copytree(bed().databases.filestore(source.name), own.filestore("fynlo"))
        files.write_json(folder / "demo.json", source.demo)
    shutil.copy(bed().folder / "secret.key", folder / "secret.key")
    bed().installer().finish(own, "fynlo")
    postgres.stop(folder, python)
    yield folder
    fynlo("reset", "--yes", FYNLO_STATE=str(folder))


@pytest.fixture(scope="module")
def port():
    """A port that is free together with its websocket port, and that nobody is given by chance.

    Odoo is started on it several times; in between nobody holds it.
    """
    first_by_chance = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    end = max(first_by_chance - ports.GATEWAY_OFFSET, 20_000)
    while True:
        try:
            beside = (ports.GEVENT_OFFSET, ports.GATEWAY_OFFSET)
            with ports.odoo_ports(random.randrange(10_000, end), beside) as (_, numbers):
                return str(numbers[0])
        except LauncherError:
            continue


@pytest.fixture
def up(state, port):
    """Fynlo, up and detached; taken down at the end."""
    done = fynlo("up", "--detach", "--port", port, FYNLO_STATE=str(state))
    assert done.returncode == 0, done.stdout + done.stderr
    left = files.read_json(state / "run.json")
    yield done
    assert fynlo("down", FYNLO_STATE=str(state)).returncode == 0
    assert processes_of(state) == []
    assert not process.is_alive(left["gateway"])


def processes_of(state):
    """List the command lines of the processes that work in a state folder, PostgreSQL's too."""
    places = (str(state), str(postgres.home(state)))
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if any(place in line for place in places):
            found.append(line)
    return found


def postmaster_of(state):
    """Give the number of PostgreSQL's first process."""
    return int((postgres.home(state) / "data" / "postmaster.pid").read_text().splitlines()[0])


def answers(port):
    """Tell whether the store is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        connection.request("GET", server.READY_PATH)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_second_start_tells_all_that_a_newcomer_needs(state, port):
    done = fynlo("up", "--detach", "--port", port, FYNLO_STATE=str(state))
    assert done.returncode == 0, done.stdout + done.stderr
    assert answers(port)
    demo = files.read_json(state / "demo.json")
    for login in demo["logins"]:
        assert f"{login['login']} / {login['password']}" in done.stdout
    for pin in demo["pins"]:
        assert f"PIN {pin['pin']}" in done.stdout
    assert f"curl -s http://127.0.0.1:{port}/api/v1/auth/login" in done.stdout
    again = fynlo("up", "--port", port, FYNLO_STATE=str(state))
    assert again.returncode == 0
    assert "Fynlo runs." in again.stdout
    assert fynlo("down", FYNLO_STATE=str(state)).returncode == 0
    assert processes_of(state) == []


def test_gateway_runs_beside_odoo(up, state, port):
    number = int(port) + ports.GATEWAY_OFFSET
    assert f"Realtime    {gateway.url(number)}" in up.stdout
    assert "ready" in gateway.health(number)
    mark = files.read_json(state / "run.json")["gateway"]
    environment = Path(f"/proc/{mark[0]}/environ").read_bytes()
    assert b"FYNLO_SECRET_KEY" not in environment
    origins = f"FYNLO_GATEWAY_ORIGINS=http://127.0.0.1:{port},http://localhost:{port}\0"
    assert origins.encode() in environment
    odoo = Path(f"/proc/{files.read_json(state / 'run.json')['odoo'][0]}/environ").read_bytes()
    assert f"FYNLO_REALTIME_URL={gateway.url(number)}\0".encode() in odoo


def test_killed_launcher_is_replaced(up, state, port):
    left = files.read_json(state / "run.json")
    os.kill(left["launcher"][0], signal.SIGKILL)
    assert answers(port)
    done = fynlo("up", "--detach", "--port", port, FYNLO_STATE=str(state))
    assert done.returncode == 0, done.stdout + done.stderr
    assert answers(port)
    assert not process.is_alive(left["odoo"])
    assert not process.is_alive(left["gateway"])


@pytest.mark.parametrize("postgres_dies", [False, True])
def test_down_clears_what_a_killed_launcher_left(up, state, postgres_dies):
    os.kill(files.read_json(state / "run.json")["launcher"][0], signal.SIGKILL)
    if postgres_dies:
        os.kill(postmaster_of(state), signal.SIGKILL)
    assert fynlo("down", FYNLO_STATE=str(state)).returncode == 0
    assert processes_of(state) == []


def test_crash_of_everything_is_repaired(up, state, port):
    left = files.read_json(state / "run.json")
    os.kill(left["launcher"][0], signal.SIGKILL)
    os.killpg(left["odoo"][0], signal.SIGKILL)
    os.kill(postmaster_of(state), signal.SIGKILL)
    done = fynlo("up", "--detach", "--port", port, FYNLO_STATE=str(state))
    assert done.returncode == 0, done.stdout + done.stderr
    assert answers(port)


def test_ctrl_c_stops_everything_and_nothing_else(state, port):
    stranger = subprocess.Popen(["sleep", "300"])
    launcher = start_fynlo("up", "--redis", "--port", port, FYNLO_STATE=str(state))
    try:
        while "stops it" not in (line := launcher.stdout.readline()):
            assert line, "it ended before it was ready"
        odoo = files.read_json(state / "run.json")["odoo"][0]
        assert b"REDIS_URL=redis://127.0.0.1:" in Path(f"/proc/{odoo}/environ").read_bytes()
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(240) == 0
        assert processes_of(state) == []
        assert stranger.poll() is None
    finally:
        launcher.kill()
        stranger.kill()
        stranger.wait()


def test_second_launcher_is_refused_while_the_first_starts(state, port):
    with files.locked(state / "up.lock"):
        done = fynlo("up", "--port", port, FYNLO_STATE=str(state))
    assert done.returncode == 1
    assert "Another ./fynlo works on" in done.stderr


def test_verify_audit_passes_and_then_names_the_changed_row(state):
    seal = "env['fynlo.audit.seal']._cron_seal()\nenv.cr.commit()\n"
    assert fynlo("shell", stdin=seal, FYNLO_STATE=str(state)).returncode == 0
    whole = fynlo("verify-audit", FYNLO_STATE=str(state))
    assert whole.returncode == 0
    assert "The audit trail is whole" in whole.stdout
    forge = (
        "env.cr.execute('ALTER TABLE fynlo_audit DISABLE TRIGGER USER')\n"
        "env.cr.execute(\"UPDATE fynlo_audit SET action = 'forged' "
        'WHERE id = (SELECT min(id) FROM fynlo_audit) RETURNING id")\n'
        "print('row', env.cr.fetchone()[0])\n"
        "env.cr.commit()\n"
    )
    row = fynlo("shell", stdin=forge, FYNLO_STATE=str(state)).stdout.strip().splitlines()[-1]
    broken = fynlo("verify-audit", FYNLO_STATE=str(state))
    assert broken.returncode == 1
    assert f"The audit trail is broken: {row} " in broken.stdout

"""What ``./fynlo demo`` does, on a real server."""

import pytest

from launcher import install
from launcher.errors import LauncherError
from launcher.first_sale import Api, sell
from launcher.testing import bed, run_python, running_server


@pytest.fixture(scope="module")
def server():
    with running_server(demo=True) as running:
        yield running


def test_first_sale_ends_as_a_paid_order_in_odoo(server, capsys):
    sold = sell(Api(server.base_url), server.demo)
    shown = capsys.readouterr().out
    assert "> POST /api/v1/orders\n" in shown
    assert sold["paymentState"] == "paid"
    total, lines, sessions = run_python(
        server.database,
        f"order = env['pos.order'].search([('uuid', '=', '{sold['id']}')])\n"
        "print(round(order.amount_total * 100), order.lines.mapped('qty'),"
        " env['pos.session'].search_count([('state', '=', 'opened')]), sep='|')",
    ).split("|")
    assert int(total) == sold["total"] > 0
    assert (lines, int(sessions)) == ("[2.0, 1.0]", 1)


def test_second_sale_joins_the_open_session(server):
    first, second = (sell(Api(server.base_url), server.demo) for _ in range(2))
    assert first["sessionId"] == second["sessionId"]


def test_refusal_is_one_error_that_names_the_request(server):
    demo = {**server.demo, "logins": [{"login": "marco", "password": "wrong", "role": "manager"}]}
    with pytest.raises(LauncherError, match="^POST /auth/login got 401: "):
        sell(Api(server.base_url), demo)


def test_admin_password_is_replaced(server):
    installer = install.Installer(bed().installation, bed().environment(), bed().folder / "x.log")
    config_file = bed().config_file(server.database.name)
    told = installer.replace_admin_password(config_file, server.database.name)
    body = {"login": "admin", "password": "admin"}
    with pytest.raises(LauncherError, match="401"):
        Api(server.base_url).call("old", "POST", "/auth/login", body)
    body["password"] = told["password"]
    assert Api(server.base_url).call("new", "POST", "/auth/login", body)["accessToken"]

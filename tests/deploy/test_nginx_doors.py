"""Which paths the edge lets through, and which it answers itself."""

import ssl

import pytest

OPEN = [
    "/",
    "/odoo",
    "/web/login",
    "/web/session/authenticate",
    "/web/dataset/call_kw",
    "/web/health",
    "/pos/ui",
    "/hr_attendance/systray_check_in_out",
    "/hr_attendance/attendance_user_data",
    "/api/v1/catalog",
    "/api/v1/auth/login",
    "/api/v1/health/ready",
]
SHUT = [
    "/web/database",
    "/web/database/manager",
    "/web/database/list",
    "/web//database/manager",
    "/web/x/../database/manager",
    "/%77eb/database/manager",
    "/xmlrpc/2/common",
    "/xmlrpc/db",
    "/jsonrpc",
    "/jsonrpc/",
    "//jsonrpc",
    "/json/2/res.partner/search_read",
    "/doc",
    "/doc-bearer/index.json",
    "/hr_attendance/0123456789abcdef",
    "/hr_attendance/employees_infos",
    "/hr_attendance/manual_selection",
    "/hr_attendance/kiosk_mode_menu/1",
    "/pos-self-order/process-order/kiosk/",
    "/pos-self/1",
    "/pos_self_order/kiosk/increment_nb_print/",
    "/kiosk/payment/1/kiosk",
]
SHUT_API = ["/api/v1/metrics", "/api/v1/metrics/", "/api//v1/metrics", "/api/v1/x/../metrics"]


@pytest.mark.parametrize("path", OPEN)
def test_open_path_reaches_odoo_as_it_was_sent(shared_edge, path):
    before = len(shared_edge.odoo.seen)
    assert shared_edge.call(path).status == 200
    assert shared_edge.odoo.paths[before:] == [path]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", SHUT)
def test_shut_path_does_not_reach_odoo(shared_edge, path, method):
    before = len(shared_edge.odoo.seen)
    assert shared_edge.call(path, method).status == 404
    assert shared_edge.odoo.paths[before:] == []


@pytest.mark.parametrize("path", [path for path in SHUT if not path.startswith(("//", "/%"))])
def test_shut_path_stays_shut_under_a_language(shared_edge, path):
    before = len(shared_edge.odoo.seen)
    assert shared_edge.call(f"/en{path}", "POST").status == 404
    assert shared_edge.odoo.paths[before:] == []


@pytest.mark.parametrize("path", ["/en/api/v1/auth/login", "/fr/api/v1/metrics", "/x/api/v1"])
def test_api_has_no_second_address(shared_edge, path):
    before = len(shared_edge.odoo.seen)
    assert shared_edge.call(path, "POST").status == 404
    assert shared_edge.odoo.paths[before:] == []


@pytest.mark.parametrize("path", SHUT_API)
def test_metrics_are_not_told_outside(shared_edge, path):
    before = len(shared_edge.odoo.seen)
    reply = shared_edge.call(path)
    assert (reply.status, reply.headers["Content-Type"]) == (404, "application/json")
    assert shared_edge.odoo.paths[before:] == []


def test_plain_http_is_sent_to_the_public_name(shared_edge):
    reply = shared_edge.call_plain("/web/login?redirect=%2Fodoo", host="evil.example.net")
    assert reply.status == 301
    assert reply.headers["Location"] == "https://fynlo.example.com/web/login?redirect=%2Fodoo"


def test_another_name_gets_no_tls(shared_edge):
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        shared_edge.connect("evil.example.net")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_tls_is_spoken(shared_edge, version):
    context = shared_edge.trust()
    context.minimum_version = context.maximum_version = version
    with shared_edge.connect_with(context) as client:
        assert client.version() == version.name.replace("_", ".")


def test_cipher_without_forward_secrecy_is_refused(shared_edge):
    context = shared_edge.trust()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        shared_edge.connect_with(context)

"""The files of ``deploy/nginx`` as nginx reads them."""

import re
import subprocess

import pytest
from edge import Edge, find_nginx
from paths import NGINX

INCLUDE = re.compile(r"include ([\w./]+);")


def check(edge):
    return subprocess.run([*edge.command(), "-t"], capture_output=True, text=True, check=False)


def test_nginx_accepts_the_configuration_without_a_warning(tmp_path):
    edge = Edge(tmp_path)
    edge.render()
    result = check(edge)
    assert result.returncode == 0, result.stderr
    assert "[warn]" not in result.stderr
    assert "syntax is ok" in result.stderr


def test_nginx_refuses_a_misspelt_directive(tmp_path):
    edge = Edge(tmp_path, {"proxy.conf": {"proxy_redirect off;": "proxy_redirekt off;"}})
    edge.render()
    result = check(edge)
    assert result.returncode == 1
    assert 'unknown directive "proxy_redirekt"' in result.stderr


def test_every_file_is_included():
    files = {str(path.relative_to(NGINX)) for path in NGINX.rglob("*.conf")} - {"nginx.conf"}
    texts = [path.read_text(encoding="utf-8") for path in NGINX.rglob("*.conf")]
    included = {file for text in texts for file in INCLUDE.findall(text)}
    assert included == files


def test_old_tls_is_not_offered():
    text = (NGINX / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"ssl_protocols (.*);", text) == ["TLSv1.2 TLSv1.3"]


def test_missing_nginx_is_a_failure_that_says_what_to_do(monkeypatch):
    monkeypatch.setenv("FYNLO_NGINX", "no-such-nginx")
    with pytest.raises(AssertionError, match="requirements-dev.txt"):
        find_nginx()

"""The alert rules: well-formed, about figures that exist, and proven where promtool is at hand."""

import re
import shutil
import subprocess

import promql_parser
import pytest
import yaml
from paths import DEPLOY, ROOT

FOLDER = DEPLOY / "prometheus"
METRIC = re.compile(r"\bfynlo_\w+")


def load(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def rules():
    return [rule for group in load("alerts.yml")["groups"] for rule in group["rules"]]


def test_scrape_names_the_path_and_the_token_of_the_api():
    job, gateway = load("prometheus.yml")["scrape_configs"]
    assert job["metrics_path"] == "/api/v1/metrics"
    assert job["authorization"] == {"credentials_file": "/run/secrets/metrics_token"}
    assert job["static_configs"] == [{"targets": ["odoo:8069"]}]
    assert gateway["static_configs"] == [{"targets": ["gateway:8073"]}]
    assert gateway["authorization"] == job["authorization"]
    assert load("prometheus.yml")["rule_files"] == ["alerts.yml"]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_rule_is_complete_and_its_expression_parses(rule):
    assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+m", rule["for"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    promql_parser.parse(rule["expr"])


def test_rules_ask_for_figures_that_the_suite_tells():
    source = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("addons/*/**/*.py"))
    asked = {name for rule in rules() for name in METRIC.findall(rule["expr"])}
    assert asked
    for name in asked:
        told = re.sub(r"_(total|count|bucket|sum)$", "", name).removeprefix("fynlo_")
        assert re.search(rf'"(fynlo_)?{told}"', source), name


def test_every_alert_has_a_case_that_fires_and_one_that_does_not():
    quiet, loud = load("alerts_test.yml")["tests"]
    names = {rule["alert"] for rule in rules()}
    silent = {case["alertname"] for case in quiet["alert_rule_test"] if not case["exp_alerts"]}
    fired = {case["alertname"] for case in loud["alert_rule_test"] if case["exp_alerts"]}
    assert silent == fired == names
    promtool = shutil.which("promtool")
    if promtool:
        subprocess.run([promtool, "test", "rules", "alerts_test.yml"], cwd=FOLDER, check=True)

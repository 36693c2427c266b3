"""``docker-compose.yml`` is valid, whole, and open only where it should be."""

import json
import re

import pytest
import yaml
from compose_spec import PyCompose
from paths import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def load():
    """Return the document with each variable at its default."""
    return yaml.safe_load(VARIABLE.sub(r"\2", TEXT))


def validate(document):
    """Check ``document`` against the Compose specification and its references against each other.

    :raise ValueError: names what is wrong
    """
    PyCompose.from_json(json.dumps(document)).validate()
    for name, service in document["services"].items():
        for other in service.get("depends_on", {}):
            if other not in document["services"]:
                raise ValueError(f"service `{name}` depends on unknown `{other}`")


def test_compose_file_is_valid():
    validate(load())


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda services: services["odoo"].update(restrat="always"), "restrat"),
        (lambda services: services["postgres"]["healthcheck"].update(intervall="5s"), "intervall"),
        (lambda services: services["odoo"]["secrets"].append("nope"), "nope"),
        (lambda services: services["nginx"]["networks"].append("nope"), "nope"),
        (
            lambda services: services["odoo"]["depends_on"]["postgres"].update(condition="healthy"),
            "unknown variant `healthy`",
        ),
        (lambda services: services.pop("odoo-init"), "unknown `odoo-init`"),
    ],
)
def test_a_mistake_is_caught(break_it, message):
    document = load()
    break_it(document["services"])
    with pytest.raises(ValueError, match=message):
        validate(document)


def test_only_nginx_is_published():
    ports = {name: service.get("ports") for name, service in load()["services"].items()}
    assert ports.pop("nginx") == ["80:80", "443:443"]
    assert set(ports.values()) == {None}


def test_databases_have_no_way_out_and_nginx_none_to_them():
    document = load()
    networks = {name: set(service["networks"]) for name, service in document["services"].items()}
    assert document["networks"] == {"edge": None, "data": {"internal": True}}
    assert networks["postgres"] == networks["redis"] == networks["odoo-init"] == {"data"}
    assert networks["nginx"] == networks["prometheus"] == {"edge"}
    assert networks["odoo"] == networks["gateway"] == {"edge", "data"}


def test_services_start_in_order():
    services = load()["services"]
    odoo = services["odoo"]["depends_on"]
    assert services["odoo-init"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert odoo["odoo-init"]["condition"] == "service_completed_successfully"
    assert odoo["postgres"]["condition"] == "service_healthy"
    assert services["nginx"]["depends_on"]["odoo"]["condition"] == "service_healthy"
    assert services["odoo-init"]["entrypoint"] == ["fynlo-init"]


def test_what_is_waited_for_has_a_health_check():
    services = load()["services"]
    waited_for = {
        other
        for service in services.values()
        for other, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_healthy"
    }
    assert waited_for == {"postgres", "odoo"}
    assert all(services[name]["healthcheck"]["test"] for name in waited_for)


def test_gateway_is_the_package_of_the_image_and_has_no_key_of_odoo():
    gateway = load()["services"]["gateway"]
    package = gateway["environment"]["PYTHONPATH"].replace("/opt/fynlo/", "")
    assert gateway["entrypoint"] == ["python3", "-m", "fynlo_gateway"]
    assert (ROOT / package / "fynlo_gateway" / "__main__.py").exists()
    assert gateway["secrets"] == ["gateway_db_password", "metrics_token"]
    assert gateway["environment"]["PGUSER"] == "fynlo_gateway"


def test_secrets_come_as_files_and_never_in_the_environment():
    document = load()
    folder = "./deploy/secrets/"
    assert document["secrets"] == {name: {"file": folder + name} for name in document["secrets"]}
    for service in document["services"].values():
        granted = {f"/run/secrets/{name}" for name in service.get("secrets", [])}
        for variable, value in service.get("environment", {}).items():
            if any(word in variable for word in ("PASSWORD", "SECRET", "TOKEN")):
                assert variable.endswith("_FILE")
                assert value in granted


def test_mounted_and_built_files_exist():
    services = load()["services"]
    mounts = [volume for service in services.values() for volume in service.get("volumes", [])]
    files = [mount.split(":")[0] for mount in mounts if mount.startswith("./")]
    assert "./deploy/postgres/init.sql" in files
    for file in [*files, services["odoo"]["build"]["dockerfile"]]:
        assert (ROOT / file).exists(), file


def test_image_is_built_from_files_that_reach_the_build():
    wanted = set()
    for line in (ROOT / "deploy/odoo/Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY "):
            wanted |= {word for word in line.split()[1:-1] if not word.startswith("--")}
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    assert "*" in rules
    assert {"addons", "odoo.conf", "requirements.txt"} <= wanted
    for file in wanted:
        assert (ROOT / file).exists(), file
        assert any(file == rule or file.startswith(f"{rule}/") for rule in allowed), file


def test_every_variable_is_explained():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    explained = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    assert explained == {**dict(VARIABLE.findall(TEXT)), "COMPOSE_PROFILES": ""}

"""The deployment files name what the code has: services, settings, commands and health pages."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = ["web", "asgi", "worker", "scheduler", "migrate"]
# Read by the images themselves or by Django, not by our settings.
READ_BY_OTHERS = {"DJANGO_SETTINGS_MODULE"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Return docker-compose.yml with its anchors resolved."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def _names_read_by_settings() -> set[str]:
    reads = re.compile(r"environment\.(?:text|integer|flag|items)\(\s*\"([A-Z0-9_]+)\"")
    return {name for path in (ROOT / "config/settings").glob("*.py") for name in reads.findall(path.read_text())}


def test_compose_names_every_service(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {
        "postgres", "valkey", "migrate", "web", "asgi", "worker", "scheduler", "nginx", "mailpit",
    }  # fmt: skip


@pytest.mark.parametrize("process", PROCESSES)
def test_compose_sets_only_variables_that_the_settings_read(compose: dict[str, Any], process: str) -> None:
    assert set(compose["services"][process]["environment"]) - READ_BY_OTHERS - _names_read_by_settings() == set()


def test_example_env_sets_every_required_variable() -> None:
    required = set(re.findall(r"\$\{([A-Z0-9_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^([A-Z0-9_]+)=", (ROOT / "deploy/example.env").read_text(), re.MULTILINE))
    assert offered == required


def test_optional_variables_of_example_env_are_used_by_compose() -> None:
    used = set(re.findall(r"\$\{([A-Z0-9_]+)[:-]", (ROOT / "docker-compose.yml").read_text()))
    commented = set(re.findall(r"^# ([A-Z0-9_]+)=", (ROOT / "deploy/example.env").read_text(), re.MULTILINE))
    assert commented - used == set()


def test_web_logs_in_without_the_owner(compose: dict[str, Any]) -> None:
    """Web processes hold no right to change tables; whatever makes schemas does."""
    services = compose["services"]
    login = services["web"]["environment"]["TENANT_APPLICATION_LOGIN"]
    assert services["postgres"]["environment"]["APPLICATION_LOGIN"] == login
    for process in PROCESSES:
        expected = login if process in {"web", "asgi"} else services["postgres"]["environment"]["POSTGRES_USER"]
        assert re.match(r"postgresql://(\w+):", services[process]["environment"]["DATABASE_URL"])[1] == expected


def test_everything_waits_for_the_migrations(compose: dict[str, Any]) -> None:
    for process in ("web", "asgi", "worker", "scheduler"):
        waits = compose["services"][process]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}


def test_sockets_hold_no_database_connection_between_requests(compose: dict[str, Any]) -> None:
    assert compose["services"]["asgi"]["environment"]["DATABASE_CONN_MAX_AGE"] == 0


@pytest.mark.parametrize("process", ["web", "asgi"])
def test_health_check_asks_for_readiness(compose: dict[str, Any], process: str) -> None:
    assert "/health/ready" in " ".join(compose["services"][process]["healthcheck"]["test"])


def test_commands_of_processes_exist(compose: dict[str, Any]) -> None:
    commands = " ".join(part for process in PROCESSES for part in compose["services"][process]["command"])
    named = set(re.findall(r"manage\.py (\w+)", commands))
    found = {path.stem for path in ROOT.glob("*/**/management/commands/*.py") if ".venv" not in path.parts}
    assert named == {"prepare", "run_scheduler"}
    assert named - found == set()


def test_mounted_and_built_files_exist(compose: dict[str, Any]) -> None:
    mounted = [
        volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])
    ]
    files = [path for path in mounted if path.startswith("./")]
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    copied = [line.split()[1] for line in dockerfile.splitlines() if re.match(r"COPY (?!--from)", line)]
    assert [path for path in [*files, *copied, "deploy/Dockerfile"] if not (ROOT / path).exists()] == []
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(copied) - {"./"} == set(allowed)


def test_image_does_not_run_as_root() -> None:
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    assert re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE) == ["oficio"]


def test_nginx_serves_the_apex_and_every_subdomain_and_no_other_host() -> None:
    text = (ROOT / "deploy/nginx/oficio.conf.template").read_text()
    assert "server_name ${OFICIO_BASE_HOST} *.${OFICIO_BASE_HOST};" in text
    assert re.search(r"listen 80 default_server;.*?return 444;", text, re.DOTALL)
    assert text.count("{") == text.count("}")


def test_nginx_sets_request_headers_in_one_place_only() -> None:
    """A location with a header of its own would lose the Host header, and every page would be unknown."""
    text = (ROOT / "deploy/nginx/oficio.conf.template").read_text()
    indents = set(re.findall(r"^( +)proxy_set_header ", text, re.MULTILINE))
    assert indents == {"    "}
    assert "proxy_set_header Host $http_host;" in text

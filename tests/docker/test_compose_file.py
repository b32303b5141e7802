"""What docker-compose.yml, the Dockerfile and the dashboard must keep; no engine is needed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONTAINERS = ROOT / "containers"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def lines(node: Any) -> Iterator[str]:
    """Every scalar of a document."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from lines(part)
    else:
        yield str(node)


def test_every_image_is_pinned(services: dict[str, Any]) -> None:
    tags = {name: service["image"].rpartition(":")[2] for name, service in services.items()}
    assert [name for name, tag in tags.items() if not re.search(r"\d", tag)] == []


def test_nothing_is_published_beyond_loopback(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert len(ports) >= 6
    assert [port for port in ports if not port.startswith("127.0.0.1:${")] == []


def test_passwords_are_asked_for_and_not_written_down(services: dict[str, Any]) -> None:
    secret = [text for text in lines(services) if re.search(r"password", text, re.IGNORECASE)]
    assert len(secret) == 2
    assert [text for text in secret if "${POSTGRES_PASSWORD:?" not in text] == []


def test_the_core_waits_for_health(services: dict[str, Any]) -> None:
    for name in ("postgres", "meter", "toxiproxy", "app"):
        assert "healthcheck" in services[name], name
        for needed in services[name].get("depends_on", {}).values():
            assert needed == {"condition": "service_healthy"}
    assert set(services["app"]["depends_on"]) == {"postgres", "meter", "toxiproxy"}


def test_health_is_not_asked_so_often_that_the_app_notices(services: dict[str, Any]) -> None:
    checks = [service["healthcheck"] for service in services.values() if "healthcheck" in service]
    assert {check["interval"] for check in checks} == {"5s"}
    assert all(5 * check["retries"] >= 30 for check in checks), "a slow machine needs half a minute"


def test_the_dashboard_is_on_request_only(services: dict[str, Any]) -> None:
    profiles = {name: service.get("profiles") for name, service in services.items()}
    assert {name for name, of in profiles.items() if of} == {"prometheus", "grafana"}


def test_the_app_runs_without_root_and_says_when_it_is_ill() -> None:
    text = (CONTAINERS / "app/Dockerfile").read_text("utf-8")
    user = re.findall(r"^USER (\d+)", text, re.MULTILINE)
    assert user
    assert user[-1] != "0"
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)
    assert "--constraint" in text


def test_the_image_has_what_the_extra_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = {re.split(r"[><=]", word)[0] for word in project["optional-dependencies"]["reference"]}
    text = (CONTAINERS / "app/requirements.txt").read_text("utf-8")
    listed = {line for line in text.splitlines() if line and not line.startswith("#")}
    assert listed == extra | {"asyncpg", "uvicorn", "uvloop"}


def test_the_proxies_of_compose_are_those_that_faults_name() -> None:
    for name in ("proxies", "meter"):
        proxies = json.loads((CONTAINERS / f"toxiproxy/{name}.json").read_text("utf-8"))
        assert {proxy["name"] for proxy in proxies} == {"app", "postgres"}
        assert all(proxy["enabled"] for proxy in proxies)


def test_the_dashboard_uses_recorded_series_that_exist() -> None:
    dashboard = (CONTAINERS / "grafana/dashboards/outages.json").read_text("utf-8")
    rules = yaml.safe_load((CONTAINERS / "prometheus/rules.yml").read_text("utf-8"))
    recorded = {rule.get("record") for group in rules["groups"] for rule in group["rules"]}
    used = set(re.findall(r"orders:\w+(?::\w+)?", dashboard))
    assert used
    assert used <= recorded


def test_the_dashboard_shows_what_an_outage_does() -> None:
    dashboard = json.loads((CONTAINERS / "grafana/dashboards/outages.json").read_text("utf-8"))
    titles = {panel["title"] for panel in dashboard["panels"]}
    assert titles >= {"Requests", "Errors", "Latency", "Pool", "Breaker", "Retries"}
    assert len(dashboard["annotations"]["list"]) >= 2
    source = (CONTAINERS / "grafana/provisioning/datasources/prometheus.yml").read_text("utf-8")
    uids = {panel["datasource"]["uid"] for panel in dashboard["panels"]}
    assert uids == {yaml.safe_load(source)["datasources"][0]["uid"]}

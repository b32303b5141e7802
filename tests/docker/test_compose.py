"""docker-compose.yml as people use it: up, scraped by the real Prometheus, put through faults."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from squall.lab.endpoint import free_port

ROOT = Path(__file__).parents[2]
CONTAINERS = ROOT / "containers"
PORTS = ("POSTGRES", "METER", "TOXIPROXY", "APP", "APP_DIRECT", "PROMETHEUS", "GRAFANA")
UP_SECONDS = 120
SECONDS = 30

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(240)]


@dataclass(frozen=True)
class Stack:
    """A project of its own, on ports of its own."""

    environment: dict[str, str]
    command: list[str]

    def compose(self, *words: str) -> None:
        subprocess.run(
            [*self.command, *words], cwd=ROOT, env=self.environment, check=True, timeout=UP_SECONDS,
            capture_output=True,
        )  # fmt: skip

    def url(self, name: str, path: str) -> str:
        return f"http://127.0.0.1:{self.environment[f'SQUALL_{name}_PORT']}{path}"

    def get(self, name: str, path: str) -> str:
        with urllib.request.urlopen(self.url(name, path), timeout=5) as answer:  # noqa: S310 - ours
            return str(answer.read().decode())

    def query(self, expression: str) -> list[Any]:
        words = urllib.parse.urlencode({"query": expression})
        found: list[Any] = json.loads(self.get("PROMETHEUS", f"/api/v1/query?{words}"))["data"][
            "result"
        ]
        return found

    def squall(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "squall.cli", *words], cwd=ROOT, env=self.environment,
            check=False, timeout=UP_SECONDS, capture_output=True, text=True,
        )  # fmt: skip


def until(holds: Callable[[], Any], seconds: float = SECONDS) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if holds():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def stack(compose: list[str]) -> Iterator[Stack]:
    environment = {
        **os.environ,
        **{f"SQUALL_{name}_PORT": str(free_port()) for name in PORTS},
        "POSTGRES_PASSWORD": secrets.token_hex(16),
        "COMPOSE_PROJECT_NAME": f"squall-test-{os.getpid()}",
    }
    made = Stack(environment, compose)
    try:
        made.compose("--profile", "dashboard", "up", "--detach", "--no-build", "prometheus")
        assert until(lambda: ready(made))
        yield made
    finally:
        made.compose("--profile", "dashboard", "down", "--volumes", "--timeout", "1")


def ready(stack: Stack) -> bool:
    try:
        return "ready" in stack.get("APP", "/readyz") and bool(stack.get("PROMETHEUS", "/-/ready"))
    except OSError:
        return False


def test_without_a_password_nothing_starts(compose: list[str], tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "POSTGRES_PASSWORD"}
    (tmp_path / "empty.env").touch()
    done = subprocess.run(
        [*compose, "--env-file", str(tmp_path / "empty.env"), "config"],
        cwd=ROOT, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "make up" in done.stderr


def test_the_app_answers_through_toxiproxy(stack: Stack) -> None:
    assert json.loads(stack.get("APP", "/items/1"))["id"] == 1
    proxies = json.loads(stack.get("TOXIPROXY", "/proxies"))
    assert {name: proxy["enabled"] for name, proxy in proxies.items()} == {
        "app": True, "postgres": True,
    }  # fmt: skip


def test_prometheus_scrapes_every_target(stack: Stack) -> None:
    assert until(lambda: len(stack.query("up == 1")) == 3)


def test_promtool_finds_nothing_wrong(stack: Stack) -> None:
    """Configuration and rules as the real Prometheus reads them, in its own container."""
    done = subprocess.run(
        [*stack.command, "exec", "-T", "prometheus", "promtool", "check", "config",
         "/etc/prometheus/prometheus.yml"],
        cwd=ROOT, env=stack.environment, check=False, capture_output=True, text=True,
        timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"SUCCESS: [1-9]\d* rules found", done.stdout)


def test_every_rule_is_healthy(stack: Stack) -> None:
    def health() -> set[str]:
        groups = json.loads(stack.get("PROMETHEUS", "/api/v1/rules"))["data"]["groups"]
        return {rule["health"] for group in groups for rule in group["rules"]}

    assert until(lambda: health() == {"ok"})


def expressions() -> list[str]:
    dashboard = json.loads((CONTAINERS / "grafana/dashboards/outages.json").read_text("utf-8"))
    rules = yaml.safe_load((CONTAINERS / "prometheus/rules.yml").read_text("utf-8"))
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    noted = [note["expr"] for note in dashboard["annotations"]["list"]]
    return shown + noted + [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def test_every_query_is_valid_and_about_series_that_exist(stack: Stack) -> None:
    stack.get("APP", "/items/2")
    exposed = stack.get("APP_DIRECT", "/metrics") + stack.get("TOXIPROXY", "/metrics")
    for expression in expressions():
        stack.query(expression)  # HTTP 400 for one that Prometheus cannot parse
        for name in re.findall(r"(?:orders|toxiproxy)_\w+", expression):
            declared = re.sub(r"_(total|bucket|sum|count)$", "", name)
            assert re.search(rf"^# TYPE {declared}(_total)? ", exposed, re.MULTILINE), name


def test_a_fault_from_the_host_bites_and_heals(stack: Stack) -> None:
    words = ["inject", "network.latency", "latency=400ms", "--attach", "compose"]
    hand = subprocess.Popen(
        [sys.executable, "-m", "squall.cli", *words],
        cwd=ROOT, env=stack.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert hand.stdout is not None
        assert "in force" in hand.stdout.readline()
        begun = time.monotonic()
        stack.get("APP", "/items/3")
        assert time.monotonic() - begun >= 0.4
        hand.send_signal(signal.SIGINT)
        assert "healed; effect:" in hand.communicate(timeout=SECONDS)[0]
        assert hand.returncode == 0
    finally:
        hand.kill()
        hand.wait()
    proxies = json.loads(stack.get("TOXIPROXY", "/proxies"))
    assert [proxy["toxics"] for proxy in proxies.values()] == [[], []]


def test_a_crash_of_the_database_is_healed_and_seen(stack: Stack) -> None:
    done = stack.squall("inject", "database.crash", "--attach", "compose", "--lasting", "1s")
    assert done.returncode == 0, done.stderr
    assert "sessions killed" in done.stdout
    assert until(lambda: ready(stack))


def test_outages_run_against_it(stack: Stack, tmp_path: Path) -> None:
    """What the faults did and what was written; how quickly is a matter of the machine."""
    words = ["--provider", "compose", "--seed", "1", "--output", str(tmp_path / "out")]
    done = stack.squall("check", "--only", "commit-reply-lost", *words)
    assert done.returncode in (0, 1, 2), done.stdout + done.stderr
    said = json.loads((tmp_path / "out/verdict.json").read_text("utf-8"))["outages"][0]
    verdicts = {finding["gate"]: finding["verdict"] for finding in said["findings"]}
    for gate in ("faults-bit", "no-acknowledged-write-lost", "no-duplicate", "app-survived"):
        assert verdicts[gate] == "pass", (gate, verdicts, done.stdout)


def test_compose_has_one_lab(stack: Stack) -> None:
    done = stack.squall("check", "--provider", "compose", "--jobs", "2")
    assert (done.returncode, "leave out --jobs" in done.stderr) == (4, True)


def test_it_is_all_there_afterwards(stack: Stack) -> None:
    """The provider removes nothing that it did not make."""
    found = subprocess.run(
        ["docker", "ps", "--quiet", "--filter", "health=healthy", "--filter",
         f"label=com.docker.compose.project={stack.environment['COMPOSE_PROJECT_NAME']}"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert len(found.stdout.split()) == 4

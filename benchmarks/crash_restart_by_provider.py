"""One crash and restart of the database, three ways, turn by turn in one run; seconds in all.

    process    squall check --only database-crash-restart
    docker     the same with --provider docker (PostgreSQL, Toxiproxy with meter, app: containers)
    by hand    a pytest as the documentation of testcontainers teaches, with Toxiproxy and the same
               app; it sends one request at a time and judges that the app answers again

By hand there is no load, no history, no check of what was written, and nothing cleans up after a
SIGKILL. Needs a Docker engine and the images of the docker provider.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TURNS = int(os.environ.get("SQUALL_BENCH_TURNS", "3"))
CHECK = [sys.executable, "-m", "harness.cli", "check", "--only", "database-crash-restart"]

BY_HAND = """
import os, socket, subprocess, sys, time
import pytest, requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HttpWaitStrategy
from testcontainers.postgres import PostgresContainer
from toxiproxy import Toxiproxy

@pytest.fixture(scope="module")
def network():
    with Network() as made:
        yield made

@pytest.fixture(scope="module")
def postgres(network):
    server = PostgresContainer(
        "postgres:17", username="app", password="app", dbname="app", driver=None
    )
    with server.with_network(network).with_network_aliases("postgres") as made:
        yield made

@pytest.fixture(scope="module")
def toxiproxy(network, postgres):
    proxy = DockerContainer("ghcr.io/shopify/toxiproxy:2.12.0").with_exposed_ports(8474, 15432)
    proxy.waiting_for(HttpWaitStrategy(8474, "/version"))
    with proxy.with_network(network) as made:
        client = Toxiproxy()
        client.update_api_consumer(made.get_container_host_ip(), int(made.get_exposed_port(8474)))
        client.create(name="postgres", listen="0.0.0.0:15432", upstream="postgres:5432")
        yield made

@pytest.fixture(scope="module")
def app(toxiproxy):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql://app:app@127.0.0.1:{toxiproxy.get_exposed_port(15432)}/app"
    process = subprocess.Popen(
        [sys.executable, "-m", "app_under_test", str(port)],
        env={**os.environ, "DATABASE_URL": url},
    )
    base = f"http://127.0.0.1:{port}"
    wait(base + "/readyz", 200)
    yield base
    process.terminate()
    process.wait()

def wait(url, status):
    for _ in range(300):
        try:
            if requests.get(url, timeout=2).status_code == status:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)

def test_the_app_survives_a_crash_of_its_database(app, postgres):
    assert requests.get(app + "/items/1", timeout=2).status_code == 200
    container = postgres.get_wrapped_container()
    container.kill()
    wait(app + "/readyz", 503)
    container.start()
    wait(app + "/readyz", 200)
    assert requests.get(app + "/items/1", timeout=2).status_code == 200
"""


def seconds(command: list[str]) -> float:
    """How long a command takes that must succeed; a miss of a gate on a busy machine counts."""
    begun = time.monotonic()
    done = subprocess.run(
        command,
        env={**os.environ, "TESTCONTAINERS_RYUK_DISABLED": "true"},
        check=False,
        capture_output=True,
        text=True,
    )
    took = time.monotonic() - begun
    if done.returncode not in (0, 1, 2):
        raise SystemExit(done.stdout + done.stderr)
    return took


def main() -> None:
    """Measure and print the medians."""
    with tempfile.TemporaryDirectory() as place:
        test = Path(place) / "test_by_hand.py"
        test.write_text(BY_HAND, encoding="utf-8")
        output = ["--quiet", "--output", str(Path(place) / "out")]
        ways = {
            "process": [*CHECK, *output],
            "docker": [*CHECK, *output, "--provider", "docker"],
            "by hand": [sys.executable, "-m", "pytest", "-q", str(test), "-p", "no:cacheprovider"],
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(TURNS):
            for name, command in ways.items():
                took[name].append(seconds(command))
    print(f"one crash-restart outage, seconds in all, median of {TURNS}")
    for name, measured in took.items():
        spread = f"{min(measured):.1f} to {max(measured):.1f}"
        print(f"  {name:8} {statistics.median(measured):5.1f}  ({spread})")


if __name__ == "__main__":
    main()

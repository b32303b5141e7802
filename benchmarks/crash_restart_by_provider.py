"""One crash and restart of the database, three ways, turn by turn in one run; seconds in all.

    process    squall check reference --only database-crash-restart
    docker     the same with --provider docker (PostgreSQL, Toxiproxy with meter, app: containers)
    by hand    a pytest as the documentation of testcontainers teaches, with Toxiproxy and the same
               app; it sends one request at a time and judges that the app answers again

By hand there is no load, no history and no check of what was written. It is favoured: Ryuk, which
testcontainers starts by default to clean up after a SIGKILL, is off, for not every machine has its
image, and its app is a process. Needs a Docker engine and the images of the docker provider.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common.missing import missing_docker, skip

TURNS = int(os.environ.get("SQUALL_BENCH_TURNS", "3"))
CHECK = [
    sys.executable, "-m", "squall.cli", "check", "reference", "--only", "database-crash-restart",
]  # fmt: skip

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
        [sys.executable, "-m", "squall_reference", str(port)],
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


def seconds(command: list[str], well: tuple[int, ...]) -> tuple[float, int]:
    """How long a command takes, and its exit code; one that is not ``well`` ends the benchmark."""
    begun = time.monotonic()
    done = subprocess.run(
        command,
        env={**os.environ, "TESTCONTAINERS_RYUK_DISABLED": "true"},
        check=False,
        capture_output=True,
        text=True,
    )
    took = time.monotonic() - begun
    if done.returncode not in well:
        raise SystemExit(done.stdout + done.stderr)
    return took, done.returncode


def main() -> None:
    """Measure and print the medians."""
    if reason := missing_docker():
        skip("docker", reason)
    took: dict[str, list[float]] = {}
    missed: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as place:
        for _ in range(TURNS):
            for name, (command, well) in ways(Path(place)).items():
                measured, code = seconds(command, well)
                took.setdefault(name, []).append(measured)
                missed[name] = missed.get(name, 0) + (code != 0)
    print(f"one crash-restart outage, seconds in all, median of {TURNS}")
    for name, times in took.items():
        spread = f"{min(times):.1f} to {max(times):.1f}"
        gates = f"; a gate was missed in {missed[name]}" if missed[name] else ""
        print(f"  {name:8} {statistics.median(times):5.1f}  ({spread}{gates})")


def ways(place: Path) -> dict[str, tuple[list[str], tuple[int, ...]]]:
    """Command and acceptable exit codes: a check that misses a gate has done its work, too."""
    test = place / "test_by_hand.py"
    test.write_text(BY_HAND, encoding="utf-8")
    check = [*CHECK, "--quiet", "--output", str(place / "out")]
    by_hand = [sys.executable, "-m", "pytest", "-q", str(test), "-p", "no:cacheprovider"]
    return {
        "process": (check, (0, 1, 2)),
        "docker": ([*check, "--provider", "docker"], (0, 1, 2)),
        "by hand": (by_hand, (0,)),
    }


if __name__ == "__main__":
    main()

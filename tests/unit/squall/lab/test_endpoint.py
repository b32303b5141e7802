"""Ports for the components of a lab."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from squall.core.port_claims import PortClaims
from squall.lab import endpoint


def test_a_port_is_not_given_twice_before_it_is_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two components of one lab on one port: a proxy in front of itself."""
    first = endpoint.free_port()
    other = next(port for port in endpoint.PORTS if port not in {*endpoint._RECENT})
    drawn = iter([first, first, *(port for port in endpoint.PORTS if port >= other)])
    monkeypatch.setattr(random.SystemRandom, "choice", lambda _self, _ports: next(drawn))
    assert endpoint.free_port() != first


DRAWS = """
import sys
from squall.core.port_claims import PortClaims
print(PortClaims().take(int(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """Another process of this account that has drawn a port."""
    monkeypatch.setenv("SQUALL_RUNTIME_DIR", str(tmp_path / "shared"))
    monkeypatch.setattr(endpoint, "_CLAIMS", PortClaims())
    monkeypatch.setattr(endpoint, "_RECENT", type(endpoint._RECENT)())
    process = subprocess.Popen(
        [sys.executable, "-c", DRAWS, str(endpoint.PORTS.start)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    yield process
    process.kill()
    process.communicate()


def test_a_port_that_another_process_has_drawn_is_not_given(
    other: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens there yet, or not for the moment of an outage."""
    theirs, mine = endpoint.PORTS.start, endpoint.PORTS.start + 1
    drawn = iter([theirs, mine, theirs])
    monkeypatch.setattr(random.SystemRandom, "choice", lambda _self, _ports: next(drawn))
    monkeypatch.setattr(endpoint, "is_free", lambda _port: True)
    assert endpoint.free_port() == mine
    other.kill()  # its claim ends with it, however it ends
    other.wait()
    assert endpoint.free_port() == theirs


def test_a_port_of_long_ago_can_be_drawn_by_others(
    other: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "MAX_RECENT", 1)
    monkeypatch.setattr(endpoint, "is_free", lambda _port: True)
    first, second = (endpoint.free_port() for _ in range(2))
    command = [sys.executable, "-c", DRAWS]
    for port, told in ((first, "True\n"), (second, "False\n")):
        done = subprocess.run(
            [*command, str(port)], input="", capture_output=True, text=True, check=True
        )
        assert done.stdout == told
    assert other.poll() is None


def test_without_a_place_for_the_file_ports_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("squall.core.port_claims.runtime_directory", lambda: None)
    monkeypatch.setattr(endpoint, "_CLAIMS", PortClaims())
    assert endpoint.free_port() in endpoint.PORTS

"""``squall check http://…``: an app and a database that run already, and still run afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from squall import REFERENCE, LabOptions, SyncLab
from squall.lab.endpoint import free_port

pytestmark = pytest.mark.scenario


@dataclass(frozen=True)
class Running:
    """Somebody else's app and database."""

    process: subprocess.Popen[bytes]
    url: str
    database: str
    listen: str


def place(database: str) -> str:
    """``host:port`` of a database's address."""
    return urlsplit(database).netloc.rpartition("@")[2]


def started(database: str, told: str) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "squall_reference.main:create_app", "--factory"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning"],
        env={**os.environ, "DATABASE_URL": database.replace(place(database), told)},
    )  # fmt: skip
    return process, f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    held = SyncLab(LabOptions(profile=REFERENCE, seed=1))
    try:
        yield held.lab.database.url
    finally:
        held.close()


@pytest.fixture
def running(database: str) -> Iterator[Running]:
    listen = f"127.0.0.1:{free_port()}"
    process, url = started(database, listen)
    try:
        yield Running(process, url, database, listen)
    finally:
        process.kill()
        process.wait()


def well(url: str) -> bool:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(url + "/livez", timeout=1) as answer:  # noqa: S310 - ours
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.02)
    return False


def test_what_is_controlled_is_tried_and_the_rest_is_skipped(squall: Any, running: Running) -> None:
    said = squall(
        "check", running.url, "--database", running.database, "--proxy-listen", running.listen,
        "--ready", "/readyz", "--seed", "5", "--only", "dropped-connections", "--only",
        "database-crash-restart", "--only", "sessions-terminated", "--only", "app-crash",
    )  # fmt: skip
    assert (
        f"the app's database address must be postgresql://app:…@{running.listen}/app" in said.words
    )
    assert "the app and PostgreSQL ran already" in said.words
    assert "database-crash-restart: Squall did not start PostgreSQL, so it cannot" in said.words
    assert "app-crash: Squall did not start the app, so it cannot stop it" in said.words
    assert "sessions-terminated: it would touch your database itself" in said.words
    assert said.code in (0, 1, 2), said.out  # a busy machine is not well before the fault
    assert said.code == 2 or "connections reset" in said.out
    assert running.process.poll() is None
    with socket.create_connection(("127.0.0.1", int(place(running.database).rpartition(":")[2]))):
        pass


def test_the_database_may_be_touched_when_that_is_said(squall: Any, running: Running) -> None:
    said = squall(
        "check", running.url, "--database", running.database, "--proxy-listen", running.listen,
        "--touch-database", "--seed", "5", "--only", "sessions-terminated",
    )  # fmt: skip
    assert "skipped" not in said.out
    assert said.code in (0, 1, 2), said.out  # a busy machine is not well before the fault
    assert said.code == 2 or "sessions terminated" in said.out


def test_an_app_that_bypasses_the_proxy_is_told_its_address(squall: Any, database: str) -> None:
    process, url = started(database, place(database))
    listen = f"127.0.0.1:{free_port()}"
    try:
        assert well(url)
        said = squall(
            "check", url, "--database", database, "--proxy-listen", listen, "--only", "smoke",
        )  # fmt: skip
    finally:
        process.kill()
        process.wait()
    assert said.code == 3
    assert "nothing of it passed the proxy to its database" in said.words
    assert f"postgresql://app:…@{listen}/app" in said.words


def test_nothing_that_answers_is_told(squall: Any, database: str) -> None:
    said = squall(
        "check", f"http://127.0.0.1:{free_port()}", "--database", database, "--wait", "0.2",
        "--proxy-listen", f"127.0.0.1:{free_port()}", "--only", "smoke",
    )  # fmt: skip
    assert said.code == 3
    assert "start the app, or wait longer: --wait SECONDS" in said.words


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("http://127.0.0.1:8000",), "needs --database postgresql://"),
        (("https://127.0.0.1:8000/x", "--database", "postgresql://a@127.0.0.1/x"), "TARGET"),
        (
            ("http://10.1.2.3:80", "--database", "postgresql://a@127.0.0.1/x"),
            "--allow-remote 10.1.2.3",
        ),
        (("a:b", "--dry-run"), "--dry-run goes with a TARGET that runs already"),
        (("a:b", "--workers", "3"), "--workers goes with --load locust"),
        (("a:b", "--load", "locust"), "--load locust needs --workers"),
        (("a:b", "--load", "locust", "--workers", "h1"), "--app-listen HOST:PORT"),
        (("a:b", "--touch-database"), "--touch-database goes with a TARGET that runs already"),
    ],
)
def test_what_cannot_be_attached_to_is_told(squall: Any, words: tuple[str, ...], told: str) -> None:
    said = squall("check", *words, "--only", "smoke")
    assert (said.code, told in said.words) == (4, True), said.err

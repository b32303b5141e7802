"""Another account of the machine against a running lab: it reads nothing, and it commands nothing.

The lab is one with Redis, so that each kind of server is there. What may be reached is what any
program that serves on this machine shows: the app's own pages.
"""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psutil
import pytest
from squall import LabOptions, SyncLab
from squall.config.dependencies import Dependency
from squall.config.profile import REFERENCE
from squall.core.errors import LabError
from squall.lab.lab import Lab
from squall.lab.providers.process.redis_binaries import find_redis

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.proof,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account"),
]

OTHER = "nobody"

ATTACK = r"""
import encodings.idna, json, os, signal, socket, struct, sys  # before its files are out of reach
given = json.load(sys.stdin)
os.setgroups([]); os.setgid(given["group"]); os.setuid(given["user"])
found = {}

def attempt(name, deed):
    try:
        found[name] = repr(deed())[:300]
    except Exception as error:
        found[name] = "refused: " + type(error).__name__

def read(path):
    with open(path, "rb") as file:
        return file.read(50)

def talk(port, data):
    with socket.create_connection(("127.0.0.1", port), 2) as line:
        line.settimeout(1)
        line.sendall(data)
        return line.recv(300)

def http(port, method, path):
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    return talk(port, head.encode())

def startup(port, user):
    body = struct.pack(">i", 3 << 16) + b"user\0" + user + b"\0database\0app\0\0"
    return talk(port, struct.pack(">i", len(body) + 4) + body)

def unix(path):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)

def listed(pid, what):
    return [os.readlink(f"/proc/{pid}/{what}/{one}") for one in os.listdir(f"/proc/{pid}/{what}")]

for path in given["directories"]:
    attempt(f"list {path}", lambda: os.listdir(path))
for path in given["files"]:
    attempt(f"read {path}", lambda: read(path))
for path in given["sockets"]:
    attempt(f"connect to {path}", lambda: unix(path))
for pid in given["processes"]:
    for what in ("environ", "mem", "maps", "auxv"):
        attempt(f"read /proc/{pid}/{what}", lambda: read(f"/proc/{pid}/{what}"))
    for what in ("cwd", "root", "exe"):
        attempt(f"follow /proc/{pid}/{what}", lambda: os.readlink(f"/proc/{pid}/{what}"))
    attempt(f"list /proc/{pid}/fd", lambda: listed(pid, "fd"))
    attempt(f"kill {pid}", lambda: os.kill(pid, signal.SIGTERM))
for port in given["ports"]:
    for method, path in (("GET", "/proxies"), ("POST", "/reset"), ("DELETE", "/proxies/postgres")):
        attempt(f"{port} {method} {path}", lambda: http(port, method, path))
    for user in (b"app", b"squall", b"postgres"):
        attempt(f"{port} startup as {user.decode()}", lambda: startup(port, user))
    for line in ("CONFIG SET dir /tmp", "MODULE LOAD /tmp/x.so", "REPLICAOF 127.0.0.1 1"):
        attempt(f"{port} {line}", lambda: talk(port, line.encode() + b"\r\n"))
print(json.dumps(found))
"""

SESSION_NEEDS_PASSWORD = b"R\x00\x00\x00\x17\x00\x00\x00\n"
"""PostgreSQL asks for SCRAM: authentication, its length, kind 10."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    try:
        find_redis()
    except LabError as error:
        pytest.skip(str(error))
    redis = Dependency(
        name="redis", kind="redis", environment={"REDIS_URL": "redis://{host}:{port}"}
    )
    held = SyncLab(LabOptions(profile=replace(REFERENCE, dependencies=(redis,)), seed=1))
    try:
        yield held.lab
    finally:
        held.close()


def family() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def attacked(lab: Lab) -> dict[str, Any]:
    """What the other account is given to try, as an attacker would find it."""
    below = [lab.directory, *lab.directory.rglob("*")]
    ports = {
        line.laddr.port
        for process in family()
        for line in process.net_connections("tcp")
        if line.status == psutil.CONN_LISTEN
    }
    return {
        "user": pwd.getpwnam(OTHER).pw_uid,
        "group": pwd.getpwnam(OTHER).pw_gid,
        "directories": [str(path) for path in below if path.is_dir()][:80],
        "files": [str(path) for path in below if path.is_file()][:200],
        "sockets": [str(path) for path in below if path.is_socket()],
        "processes": [os.getpid(), *(process.pid for process in family())],
        "ports": sorted(ports),
    }


@pytest.fixture(scope="module")
def found(lab: Lab) -> dict[str, str]:
    """What each attempt gave."""
    if lab.directory.stat().st_gid == pwd.getpwnam(OTHER).pw_gid:
        pytest.skip("the server itself runs as this account")
    given = attacked(lab)
    assert given["sockets"]
    assert len(given["ports"]) >= 6, "app, database, Redis, three proxies, the engine"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ATTACK], input=json.dumps(given), cwd="/",
        capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def of(found: dict[str, str], *words: str) -> dict[str, str]:
    """The attempts in whose name one of these words is."""
    return {name: told for name, told in found.items() if any(word in name for word in words)}


def test_files_sockets_and_processes_are_closed(found: dict[str, str]) -> None:
    tried = of(found, "read ", "list ", "follow ", "connect to ", "kill ")
    gone = ("refused: FileNotFoundError", "refused: ProcessLookupError")  # a worker that ended
    assert len(tried) > 100
    assert {k: v for k, v in tried.items() if v not in ("refused: PermissionError", *gone)} == {}
    assert "refused: PermissionError" in of(found, "connect to ").values()


def test_no_port_gives_a_session_or_obeys(found: dict[str, str]) -> None:
    sessions = {k: v for k, v in of(found, "startup").items() if v.startswith("b'R")}
    assert len(sessions) >= 6, of(found, "startup")  # the server and its proxy
    assert {v[: len(repr(SESSION_NEEDS_PASSWORD)) - 1] for v in sessions.values()} == {
        repr(SESSION_NEEDS_PASSWORD)[:-1]
    }
    orders = of(found, "/proxies", "/reset")
    assert {k: v for k, v in orders.items() if "HTTP/1.1 2" in v} == {}
    assert [v for v in orders.values() if "HTTP/1.1 403" in v], "the engine was asked, too"


def test_the_redis_of_the_lab_cannot_be_turned_against_its_account(found: dict[str, str]) -> None:
    asked = of(found, "CONFIG", "MODULE", "REPLICAOF")
    assert [v for v in asked.values() if "-ERR" in v], "Redis was asked"
    assert {k: v for k, v in asked.items() if "+OK" in v} == {}


def test_what_everybody_may_read_of_a_process_has_no_secret(lab: Lab) -> None:
    secrets: Any = lab.database
    known = [secrets.secrets.app, secrets.secrets.standby, secrets.secrets.admin]
    lines = [" ".join(one.cmdline()) for one in family()]
    assert len(lines) > 5
    assert [line for line in lines if any(secret in line for secret in known)] == []

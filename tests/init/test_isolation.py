"""Nothing outside the lab is reached: servers on the usual ports see no byte."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from squall.lab.isolation import landlock_exec, namespace

APP = """
import os
import socket
from fastapi import FastAPI

app = FastAPI()

def speak(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as peer:
            peer.sendall(b"written to the wrong server")
    except OSError:
        pass

for port in (5432, 6379):
    speak(port)

@app.get("/items")
def items():
    import psycopg
    for port in (5432, 6379):
        speak(port)
    with psycopg.connect("") as connection:  # PGHOST and its like lead to the lab
        return connection.execute("SELECT 1").fetchone()[0]
"""
SETUP = "import main, psycopg\npsycopg.connect('').execute('SELECT 1')\n"
TABLE = f"""
[tool.squall]
app = "main:app"
setup = ["{sys.executable} prepare.py"]
"""


class Decoy:
    """A server that counts connections and bytes, as the developer's own would be reached."""

    def __init__(self, port: int) -> None:
        self.seen: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                self.seen.append(peer.recv(100))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def decoys() -> Iterator[list[Decoy]]:
    made: list[Decoy] = []
    try:
        made.extend(Decoy(port) for port in (5432, 6379))
    except OSError:
        for one in made:
            one.close()
        pytest.skip("a server of this machine has port 5432 or 6379")
    yield made
    for one in made:
        one.close()


def check(home: Path, isolation: str, *words: str) -> tuple[int, str]:
    (home / "main.py").write_text(APP)
    (home / "prepare.py").write_text(SETUP)
    (home / "pyproject.toml").write_text(TABLE)
    done = subprocess.run(
        [sys.executable, "-m", "squall.cli", "check", "--only", "slow-network", *words],
        cwd=home, capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "SQUALL_ISOLATION": isolation},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("isolation", "told"),
    [
        pytest.param("", "a network of its own", marks=pytest.mark.skipif(
            sys.platform != "linux", reason="Linux namespaces")),
        pytest.param("landlock", "Landlock", marks=pytest.mark.skipif(
            not landlock_exec.is_possible(), reason="Landlock from Linux 6.7")),
    ],
)  # fmt: skip
def test_servers_on_the_usual_ports_see_no_byte(
    tmp_path: Path, decoys: list[Decoy], isolation: str, told: str
) -> None:
    if not isolation and not _namespaces_are_possible():
        pytest.skip("this machine allows no namespaces")
    code, output = check(tmp_path, isolation)
    assert f"isolation: {told}" in output, output
    assert "slow-network" in output
    assert code in (0, 1, 2), output
    assert [one.seen for one in decoys] == [[], []]


def test_without_protection_nothing_starts_while_a_server_could_be_reached(
    tmp_path: Path, decoys: list[Decoy]
) -> None:
    code, output = check(tmp_path, "none")
    assert code == 3
    assert "a server listens on 127.0.0.1:5432 (PostgreSQL)" in output
    assert "nothing was started or written" in output
    assert b"".join(word for one in decoys for word in one.seen) == b""


def test_the_app_of_this_test_speaks_to_the_decoys_when_nothing_protects_them(
    tmp_path: Path, decoys: list[Decoy]
) -> None:
    (tmp_path / "main.py").write_text(APP)
    subprocess.run([sys.executable, "-c", "import main"], cwd=tmp_path, check=True, timeout=30)
    assert [one.seen for one in decoys] == [[b"written to the wrong server"]] * 2


def _namespaces_are_possible() -> bool:
    program = (
        "from squall.lab.isolation import namespace; raise SystemExit(not namespace.is_possible())"
    )
    return subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0


def test_a_process_with_threads_is_not_moved() -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        assert not namespace.is_possible()
    finally:
        ended.set()
        thread.join()

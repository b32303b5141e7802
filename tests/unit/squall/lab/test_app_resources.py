"""What a process holds: files and sockets without its clients' connections, threads, memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psutil
from squall.lab.app_resources import HeldResources, held_resources


def held(port: int = 1, pooled: tuple[int, ...] = ()) -> HeldResources:
    found = held_resources([psutil.Process(os.getpid())], port, pooled)
    assert found is not None
    return found


def test_files_count_and_clients_do_not(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = server.getsockname()[1]
        before = held(port).descriptors
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        accepted, _ = server.accept()
        stack.enter_context(accepted)
        assert held(port).descriptors == before + 1  # the client's side is this process, too
        assert held(1, (port,)).descriptors == before + 1  # nor is one that a pool keeps
        client.close()
        stack.enter_context((tmp_path / "a").open("w"))
        assert held(port).descriptors == before + 1


THREADS = """
import sys, threading
ends = threading.Event()
for number in range(int(sys.argv[1])):
    threading.Thread(target=ends.wait).start()
print("started", flush=True)
sys.stdin.read()
ends.set()
"""


def threads_of_a_process(started: int) -> int:
    """In a process of its own: threads of other tests may end at any time in this one."""
    command = [sys.executable, "-c", THREADS, str(started)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = held_resources([psutil.Process(child.pid)], 1, ())
        child.communicate()
    assert found is not None
    return found.threads


def test_threads_count() -> None:
    assert threads_of_a_process(3) == threads_of_a_process(0) + 3


def test_memory_counts() -> None:
    before = held().memory_bytes
    kept = bytearray(os.urandom(1024)) * (64 * 1024)
    assert held().memory_bytes - before > len(kept) // 2


def test_nothing_is_known_of_no_process() -> None:
    assert held_resources([], 1) is None

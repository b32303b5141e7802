"""What a process holds: files and sockets without its clients' connections, threads, memory."""

from __future__ import annotations

import os
import socket
import threading
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


def test_threads_count() -> None:
    ends = threading.Event()
    before = held().threads
    started = [threading.Thread(target=ends.wait) for _ in range(3)]
    for thread in started:
        thread.start()
    try:
        assert held().threads == before + 3
    finally:
        ends.set()
        for thread in started:
            thread.join()


def test_memory_counts() -> None:
    before = held().memory_bytes
    kept = bytearray(os.urandom(1024)) * (64 * 1024)
    assert held().memory_bytes - before > len(kept) // 2


def test_nothing_is_known_of_no_process() -> None:
    assert held_resources([], 1) is None

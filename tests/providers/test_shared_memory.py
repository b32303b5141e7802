"""However a server ends, no shared memory of it is left."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from squall.lab.providers.process import postgres_process, shared_memory
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.providers.process.watchdog_main import clear

pytestmark = pytest.mark.skipif(
    not shared_memory.SEGMENTS.exists(), reason="the kernel shows no System V segments here"
)

PRIVATE, CREATE = 0, 0o1000


@pytest.fixture
async def server(public_directory: Path) -> AsyncIterator[PostgresProcess]:
    keeper = Watchdog()
    keeper.watch_directory(public_directory)
    made = PostgresProcess(public_directory, keeper)
    await made.start()
    yield made
    await made.close()
    await keeper.close()


def segment_of(server: PostgresProcess) -> int:
    """Its System V segment, which is there while it runs."""
    words = (server._data / "postmaster.pid").read_text().splitlines()
    number = int(words[shared_memory.IDENTITY_LINE].split()[1])
    assert number in {entry["shmid"] for entry in shared_memory._segments()}
    return number


def there(segment: int) -> bool:
    return segment in {entry["shmid"] for entry in shared_memory._segments()}


def mapped_by(server: PostgresProcess) -> set[str]:
    """Files of /dev/shm that its processes map."""
    maps = [Path(f"/proc/{one.pid}/maps").read_text() for one in server._child.process_tree()]
    return {line for text in maps for line in text.splitlines() if str(shared_memory.FILES) in line}


@pytest.mark.parametrize("way", ["close", "kill", "freeze"])
async def test_a_server_that_is_closed_leaves_nothing(server: PostgresProcess, way: str) -> None:
    assert mapped_by(server) == set(), "nothing of it lies in /dev/shm, however it ends"
    segment = segment_of(server)
    if way == "kill":
        await server.kill()
        assert there(segment), "nobody else removes it: the test proves something"
    if way == "freeze":
        await server.pause()
    await server.close()
    assert not there(segment)


async def test_a_server_that_does_not_obey_is_killed_and_cleaned_up(
    server: PostgresProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_process, "QUIT_SECONDS", 0.0)
    segment = segment_of(server)
    await server.close()
    assert not there(segment)


async def test_the_watchdog_cleans_up_after_the_servers_it_kills(
    server: PostgresProcess, public_directory: Path
) -> None:
    segment = segment_of(server)
    await asyncio.to_thread(clear, "no-lab-of-this-name", [str(public_directory)])
    assert not there(segment)
    assert not await asyncio.to_thread(public_directory.exists)


async def test_a_segment_in_use_is_left_alone(
    server: PostgresProcess, public_directory: Path
) -> None:
    segment = segment_of(server)
    copied = public_directory / "copy"
    copied.mkdir()
    (copied / "postmaster.pid").write_text((server._data / "postmaster.pid").read_text())
    shared_memory.remove_of_server(copied)
    assert there(segment)
    assert (
        segment
        not in shared_memory.find_orphans({os.geteuid(), server._data.stat().st_uid}).segments
    )


async def test_an_orphan_is_found_by_postgresqls_mark(server: PostgresProcess) -> None:
    account = server._data.stat().st_uid
    segment = segment_of(server)
    await server.kill()
    found = shared_memory.find_orphans({account})
    assert segment in found.segments
    only = shared_memory.Orphans(segments=(segment,), files=())
    assert shared_memory.remove(only) == only
    assert not there(segment)


@pytest.fixture
def foreign_segment() -> Iterator[int]:
    """A segment of this account that no PostgreSQL made, with nobody attached."""
    library = ctypes.CDLL(None, use_errno=True)
    number = library.shmget(PRIVATE, 64, CREATE | 0o600)
    assert number >= 0
    yield number
    shared_memory._remove_segment(number)


def test_what_is_not_postgresqls_is_left_alone(foreign_segment: int, tmp_path: Path) -> None:
    assert foreign_segment not in shared_memory.find_orphans({os.geteuid()}).segments
    lines = [*(["0"] * shared_memory.IDENTITY_LINE), f"12345 {foreign_segment}"]
    (tmp_path / "postmaster.pid").write_text("\n".join(lines))
    shared_memory.remove_of_server(tmp_path)
    assert there(foreign_segment), "the key is another one"


def control_file(*handles: int) -> bytes:
    """As dsm.c writes it: a header, then 40 bytes an entry."""
    entries = b"".join(struct.pack("=IIQQ?7x", handle, 2, 0, 0, False) for handle in handles)
    return struct.pack("=III4x", shared_memory.CONTROL_MAGIC, len(handles), 744) + entries


def test_files_of_a_dead_server_are_found_by_their_control_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_memory, "FILES", tmp_path)
    for name, content in {
        "PostgreSQL.1": control_file(2, 3),
        "PostgreSQL.2": b"statistics",
        "PostgreSQL.3": b"a parallel query",
        "PostgreSQL.4": control_file(5),
        "PostgreSQL.5": b"of the living one",
        "PostgreSQL.6": b"of nobody knows whom",
        "PostgreSQL.7": control_file(8)[:20],
        "other": control_file(2),
    }.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(shared_memory, "_mapped_files", lambda: frozenset({"PostgreSQL.4"}))
    found = shared_memory.find_orphans({os.geteuid()})
    names = {path.name for path in found.files}
    assert names == {"PostgreSQL.1", "PostgreSQL.2", "PostgreSQL.3", "PostgreSQL.7"}
    assert shared_memory.find_orphans({os.geteuid() + 1}).files == ()

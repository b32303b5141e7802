"""Labs lie in memory where there is plenty of it, and only there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from squall.lab import memory_room, private_directory
from squall.lab.memory_room import spare_memory_bytes
from squall.lab.private_directory import make_lab_directory

MIB = 1024**2
USUAL, CHOSEN = private_directory.FALLBACKS


@pytest.fixture
def short() -> Iterator[Path]:
    """A path that leaves room for a socket's name; pytest's own is too long for some users."""
    with tempfile.TemporaryDirectory(dir=USUAL) as made:
        yield Path(made)


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this container's limits stand; there are none yet."""
    monkeypatch.setattr(memory_room, "CGROUPS", tmp_path)
    return tmp_path


def test_the_machines_memory_and_the_file_systems_room_count(
    container: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = spare_memory_bytes(container)
    assert room > 0
    monkeypatch.setattr("psutil.virtual_memory", lambda: Available(MIB))
    assert spare_memory_bytes(container) == min(room, MIB)


class Available:
    """What psutil says of the machine's memory."""

    def __init__(self, available: int) -> None:
        self.available = available


def test_a_place_that_is_not_there_has_no_room(container: Path) -> None:
    assert spare_memory_bytes(container / "not-there") == 0


@pytest.mark.parametrize(
    ("limit", "used"),
    [
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ],
)
def test_a_containers_limit_counts(container: Path, limit: str, used: str) -> None:
    (container / limit).parent.mkdir(exist_ok=True)
    (container / limit).write_text(f"{5 * MIB}\n")
    (container / used).write_text(f"{3 * MIB}\n")
    assert spare_memory_bytes(container) == 2 * MIB
    (container / used).write_text(f"{9 * MIB}\n")
    assert spare_memory_bytes(container) == 0


def test_no_limit_is_none(container: Path) -> None:
    before = spare_memory_bytes(container)
    (container / "memory.max").write_text("max\n")
    (container / "memory.current").write_text("5\n")
    assert spare_memory_bytes(container) == pytest.approx(before, rel=0.5)


@pytest.mark.parametrize(
    ("temporary", "spare_bytes", "in_memory"),
    [
        (USUAL, private_directory.SPARE_BYTES, True),
        (USUAL, private_directory.SPARE_BYTES - 1, False),
        (CHOSEN, private_directory.SPARE_BYTES, False),
    ],
    ids=["plenty", "too little", "your own TMPDIR"],
)
def test_a_lab_lies_in_memory_where_there_is_plenty(
    temporary: str,
    spare_bytes: int,
    in_memory: bool,
    short: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", temporary)
    monkeypatch.setattr(private_directory, "IN_MEMORY", short)
    monkeypatch.setattr(private_directory, "spare_memory_bytes", lambda _place: spare_bytes)
    made = make_lab_directory(None)
    made.rmdir()
    assert made.parent == (short if in_memory else Path(temporary))

"""Find and remove the shared memory of PostgreSQL servers that were killed.

A server of the lab keeps its dynamic shared memory in files of its data directory, so none of it is
in ``/dev/shm``. One System V segment remains, which PostgreSQL needs as an interlock (PostgreSQL
documentation, "Managing Kernel Resources"). A server that shuts down removes it; a killed one
cannot. Its id is in ``postmaster.pid``.

Servers of other versions of Squall also left files ``/dev/shm/PostgreSQL.<number>``. A control file
that no process maps belongs to a dead server; it lists the other files of that server.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SEGMENTS = Path("/proc/sysvipc/shm")
FILES = Path("/dev/shm")  # noqa: S108 - where PostgreSQL puts them
PREFIX = "PostgreSQL."

IDENTITY_LINE = 6
"""In ``postmaster.pid``, from 0: key and id of the segment (pidfile.h,
LOCK_FILE_LINE_SHMEM_KEY).
"""

SEGMENT_MAGIC = 679_834_894
"""pg_shmem.h, PGShmemMagic: the first word of a segment of PostgreSQL."""

CONTROL_MAGIC = 0x9A503D32
"""dsm.c, PG_DYNSHMEM_CONTROL_MAGIC: the first word of a control file."""

CONTROL_HEADER = struct.Struct("=III")
"""Magic, number of entries, capacity (dsm.c, dsm_control_header)."""

CONTROL_ENTRIES = 65_536
"""More than any server has. Limits how much of a damaged file is read."""

READ_ONLY = 0o10000
REMOVE = 0
"""SHM_RDONLY and IPC_RMID (sys/shm.h, sys/ipc.h)."""


@dataclass(frozen=True, slots=True)
class Orphans:
    """Shared memory of dead servers."""

    segments: tuple[int, ...]
    files: tuple[Path, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.segments or self.files)

    @property
    def size_bytes(self) -> int:
        """Size of the files in ``/dev/shm``."""
        sizes = 0
        for path in self.files:
            with contextlib.suppress(OSError):
                sizes += path.stat().st_size
        return sizes


def remove_of_server(data: Path) -> None:
    """Remove the segment of a dead server, given its data directory. Never raises.

    Does nothing while any process is attached to the segment.
    """
    try:
        words = (data / "postmaster.pid").read_text().splitlines()[IDENTITY_LINE].split()
        key, segment = int(words[0]), int(words[1])
    except (OSError, ValueError, IndexError):
        return
    listed = {entry["shmid"]: entry for entry in _segments()}
    entry = listed.get(segment)
    if entry is None or entry["key"] % 2**32 != key % 2**32 or entry["nattch"] != 0:
        return
    _remove_segment(segment)


def remove_below(directory: Path) -> None:
    """The same for every server whose data directory is directly in ``directory``."""
    for found in directory.glob("**/postmaster.pid"):
        remove_of_server(found.parent)


def find_orphans(accounts: Iterable[int]) -> Orphans:
    """What dead servers of these accounts have left on this machine.

    A segment counts if no process is attached to it and it begins with PostgreSQL's magic number.
    """
    mine = frozenset(accounts)
    segments = tuple(
        entry["shmid"]
        for entry in _segments()
        if entry["cuid"] in mine and entry["nattch"] == 0 and _is_postgres(entry["shmid"])
    )
    return Orphans(segments=segments, files=tuple(_orphan_files(mine)))


def remove(orphans: Orphans) -> Orphans:
    """Remove them. Returns what was removed, which may be less if a permission is missing."""
    segments = tuple(number for number in orphans.segments if _remove_segment(number))
    files = []
    for path in orphans.files:
        with contextlib.suppress(OSError):
            path.unlink()
            files.append(path)
    return Orphans(segments=segments, files=tuple(files))


def _segments() -> Iterator[dict[str, int]]:
    """The kernel's table of segments (proc_sysvipc_shm(5)); empty if there is none."""
    try:
        head, *rows = SEGMENTS.read_text().splitlines()
    except (OSError, ValueError):
        return
    names = head.split()
    for row in rows:
        yield dict(zip(names, map(int, row.split()), strict=False))


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.shmat.restype = ctypes.c_void_p
    library.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
    library.shmdt.argtypes = [ctypes.c_void_p]
    library.shmctl.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
    return library


def _remove_segment(number: int) -> bool:
    return bool(_library().shmctl(number, REMOVE, None) == 0)


def _is_postgres(number: int) -> bool:
    library = _library()
    address = library.shmat(number, None, READ_ONLY)
    if address is None or address == ctypes.c_void_p(-1).value:
        return False
    try:
        return ctypes.c_int32.from_address(address).value == SEGMENT_MAGIC
    finally:
        library.shmdt(address)


def _orphan_files(accounts: frozenset[int]) -> Iterator[Path]:
    mine = [path for path in _files() if _owner(path) in accounts]
    if not mine:
        return
    controls = {path: listed for path in mine if (listed := _listed(path)) is not None}
    if not controls:
        return
    mapped = _mapped_files()
    for control, listed in controls.items():
        if control.name in mapped:
            continue
        yield control
        yield from (path for path in mine if path.name in listed and path.name not in mapped)


def _files() -> list[Path]:
    try:
        return sorted(path for path in FILES.iterdir() if path.name.startswith(PREFIX))
    except OSError:
        return []


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except OSError:
        return None


def _listed(path: Path) -> frozenset[str] | None:
    """Names of the files that a control file lists; None if the file is of another kind."""
    entry = struct.Struct("=IIQQ?7x")
    try:
        with path.open("rb") as file:
            magic, count, _ = CONTROL_HEADER.unpack(file.read(CONTROL_HEADER.size))
            if magic != CONTROL_MAGIC:
                return None
            file.read(-CONTROL_HEADER.size % 8)
            content = file.read(entry.size * min(count, CONTROL_ENTRIES))
    except (OSError, struct.error):
        return None
    whole = len(content) // entry.size * entry.size
    handles = (handle for handle, *_ in entry.iter_unpack(content[:whole]))
    return frozenset(f"{PREFIX}{handle}" for handle in handles)


def _mapped_files(read: Callable[[Path], str] = Path.read_text) -> frozenset[str]:
    """Names of PostgreSQL's files that some process maps now."""
    found = set()
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with contextlib.suppress(OSError):
            for line in read(maps).splitlines():
                _, separator, name = line.rpartition(f"{FILES}{os.sep}")
                if separator and name.startswith(PREFIX):
                    found.add(name.split(" ", 1)[0])
    return frozenset(found)

"""Records of this account's labs, so that the next command can remove what is left of a lab.

    harness ✗, watchdog ends the lab      the usual case; its record goes with it
    harness ✗, watchdog ✗                 the next lab, or ``squall clean``, ends what is left

Records are in a directory that only this account can write to. A record is used only if the harness
and the watchdog that it names are both gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from squall.core.process_identity import ProcessIdentity
from squall.core.runtime_directory import runtime_directory

SUFFIX = ".lab.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabEntry:
    """What must be stopped if a lab's harness and watchdog are gone."""

    lab: str
    machine: str
    """The machine on which its process numbers are valid."""
    harness: ProcessIdentity
    watchdog: ProcessIdentity
    directories: Sequence[str] = ()
    containers: bool = False

    @property
    def abandoned(self) -> bool:
        """Whether no process is left that would stop it."""
        here = self.machine == this_machine()
        return here and not self.harness.alive and not self.watchdog.alive

    def to_plain(self) -> dict[str, Any]:
        """A value that can be written as JSON."""
        return {
            "lab": self.lab,
            "machine": self.machine,
            "harness": self.harness.to_plain(),
            "watchdog": self.watchdog.to_plain(),
            "directories": list(self.directories),
            "containers": self.containers,
        }

    @classmethod
    def from_plain(cls, plain: Any) -> LabEntry:  # noqa: ANN401 - JSON
        """The inverse. Raises KeyError, TypeError or ValueError for any other value."""
        return cls(
            lab=str(plain["lab"]),
            machine=str(plain["machine"]),
            harness=ProcessIdentity.from_plain(plain["harness"]),
            watchdog=ProcessIdentity.from_plain(plain["watchdog"]),
            directories=[str(one) for one in plain["directories"]],
            containers=bool(plain["containers"]),
        )


def this_machine() -> str:
    """This host, and in Linux its process namespace: a container may share only a directory."""
    space = ""
    with contextlib.suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()}/{space}"


def path_of(lab: str) -> Path | None:
    """The path of a lab's record."""
    directory = runtime_directory()
    return None if directory is None else directory / f"{lab}{SUFFIX}"


def write(entry: LabEntry, path: Path) -> None:
    """Write the record of a lab. If the machine cannot store it, the lab starts anyway."""
    with contextlib.suppress(OSError):
        half = path.with_suffix(".half")
        half.write_text(json.dumps(entry.to_plain()), encoding="utf-8")
        half.replace(path)


def labs_of_account() -> int:
    """How many labs this account has on this machine, its abandoned ones included."""
    directory = runtime_directory()
    return 0 if directory is None else len(list(directory.glob(f"*{SUFFIX}")))


def abandoned() -> list[tuple[Path, LabEntry]]:
    """Labs that no process stops any more. Damaged records are removed."""
    directory = runtime_directory()
    if directory is None:
        return []
    found = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        try:
            entry = LabEntry.from_plain(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError):
            path.unlink(missing_ok=True)
            continue
        if entry.abandoned:
            found.append((path, entry))
    return found


def end_abandoned() -> list[LabEntry]:
    """Stop what is left of abandoned labs, and return them. Only one process at a time does so."""
    directory = runtime_directory()
    if directory is None or not abandoned():
        return []
    from squall.lab.providers.process import watchdog_main  # noqa: PLC0415 - it knows this module

    ended = []
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for path, entry in abandoned():
            watchdog_main.clear(entry.lab, _own(entry.directories))
            if entry.containers:
                with contextlib.suppress(Exception):  # without Docker there are no containers
                    watchdog_main.clear_containers(entry.lab)
            path.unlink(missing_ok=True)
            ended.append(entry)
    return ended


def _own(directories: Sequence[str]) -> list[str]:
    """Those that belong to this account: the number may have been reused."""
    found = []
    for name in directories:
        with contextlib.suppress(OSError):
            if Path(name).lstat().st_uid == os.geteuid():
                found.append(name)
    return found

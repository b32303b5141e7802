"""The client of the control socket, and the record of a lab that is up."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from squall.core.errors import ExitCode, LabError, SquallError, UsageError
from squall.core.process_identity import ProcessIdentity

PLACE = Path(".squall") / "up.json"
"""Below the directory where ``squall up`` was called: one lab per project."""

ANSWER_SECONDS = 600.0


CONNECT_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRecord:
    """Where a lab that is up can be reached."""

    process: ProcessIdentity
    socket: str

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether that very process still runs: its number may have been reused."""
        return self.process.alive

    @property
    def answers(self) -> bool:
        """Whether a process listens at its socket."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(CONNECT_SECONDS)
                line.connect(self.socket)
        except OSError:
            return False
        return True


def write(place: LabRecord, path: Path = PLACE) -> None:
    """Write the record of a lab, readable for this account only. LabError if another one is up."""
    there = read(path)
    if there is not None and there.process != place.process and (there.alive or there.answers):
        raise LabError(f"a lab is up already (process {there.pid}); end it with: squall down")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    text = json.dumps({**place.process.to_plain(), "socket": place.socket})
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def read(path: Path = PLACE) -> LabRecord | None:
    """The recorded lab, alive or not; None if there is no record."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return LabRecord(process=ProcessIdentity.from_plain(plain), socket=str(plain["socket"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget(path: Path = PLACE) -> None:
    """Delete the record."""
    path.unlink(missing_ok=True)


class Refused(SquallError):
    """The lab answered with an error."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = ExitCode(exit_code)


def ask(request: Mapping[str, Any], path: Path = PLACE) -> dict[str, Any]:
    """Send one request to the lab that is up.

    Raises:
        UsageError: no lab is up here.
        Refused: the lab's own error, with its exit code.
        LabError: the connection ended before the lab answered.
    """
    place = read(path)
    if place is None or not (place.alive or place.answers):
        raise UsageError("no lab is up in this directory; start one with: squall up")
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_SECONDS)
            line.connect(place.socket)
            line.sendall(json.dumps(dict(request)).encode() + b"\n")
            with line.makefile("rb") as reader:
                answer = reader.readline()
    except OSError as error:
        raise LabError(f"the lab (process {place.pid}) does not answer: {error}") from error
    if not answer:
        raise LabError(f"the lab (process {place.pid}) ended before it answered")
    plain: dict[str, Any] = json.loads(answer)
    if "error" in plain:
        raise Refused(plain["error"], int(plain.get("exit_code", ExitCode.HARNESS)))
    return plain

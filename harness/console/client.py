"""The other end of the control socket, and where a lab that is up is written down."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.errors import ExitCode, LabError, SquallError, UsageError

PLACE = Path(".squall") / "up.json"
"""Below the directory where ``squall up`` was called: one lab a project."""

ANSWER_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a lab that is up can be reached."""

    pid: int
    socket: str

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def write(place: Place, path: Path = PLACE) -> None:
    """Leave word of a lab; LabError when another one is up here."""
    there = read(path)
    if there is not None and there.alive and there.pid != place.pid:
        raise LabError(f"a lab is up already (process {there.pid}); end it with: squall down")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"pid": place.pid, "socket": place.socket}), encoding="utf-8")


def read(path: Path = PLACE) -> Place | None:
    """The lab that was left word of, alive or not; None when there is no word."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Place(pid=int(plain["pid"]), socket=str(plain["socket"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget(path: Path = PLACE) -> None:
    """Take the word away."""
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
        LabError: it went away before it answered.
    """
    place = read(path)
    if place is None or not place.alive:
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

"""Choose the protection: the best that this machine supports, and never silently none.

namespace   the whole lab has a network of its own (commands; Linux)
landlock    app and set-up connect to the lab's ports only (pytest, ``squall up``; Linux 6.7)
none        PGHOST and similar variables lead to the lab; a server that could be reached by
            mistake stops the start before the set-up writes anything
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path

from squall.core.errors import LabError, UsageError
from squall.lab.isolation import landlock_exec, namespace

VARIABLE = "SQUALL_ISOLATION"
USUAL_SERVERS = {5432: "PostgreSQL", 6379: "Redis", 3306: "MySQL", 5672: "RabbitMQ"}
PROBE_SECONDS = 0.2


class Protection(Enum):
    """The value is the sentence for the terminal."""

    NAMESPACE = (
        "a network of its own (loopback only): the app and its set-up reach nothing but the lab"
    )
    LANDLOCK = "Landlock: the app and its set-up can open TCP connections to the lab's ports only"
    NONE = (
        "none by the kernel: PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE lead to the lab, and"
        " no other server listens at the usual ports"
    )


class _Process:
    """The state of this process."""

    command = False
    """Whether it is a ``squall`` command, which may leave the machine's network permanently."""
    in_namespace = False


def this_is_a_command() -> None:
    """Declare that the process belongs to Squall: :func:`enter_namespace` may then move it."""
    _Process.command = True


def enter_namespace(hosts: str = "") -> None:
    """Move this process into a private network, if that is possible and enabled.

    ``hosts``: lines of the hosts file in it.
    """
    if _Process.in_namespace or not _Process.command or _wanted() not in ("", "namespace"):
        return
    if namespace.is_possible():
        namespace.enter()
        namespace.add_hosts(hosts)
        _Process.in_namespace = True


def protection() -> Protection:
    """The protection of an app and a set-up that start now."""
    if _Process.in_namespace:
        return Protection.NAMESPACE
    if _wanted() != "none" and landlock_exec.is_possible():
        return Protection.LANDLOCK
    return Protection.NONE


def confined(command: Sequence[str], ports: Iterable[int]) -> list[str]:
    """The command, wrapped if the protection is a wrapper, so that it reaches these ports only.

    Raises:
        LabError: there is no protection, and a server listens that the command could reach by
            mistake.
    """
    now = protection()
    if now is Protection.LANDLOCK:
        allowed = ",".join(str(port) for port in sorted(set(ports)))
        launcher = Path(landlock_exec.__file__)
        return [sys.executable, "-I", "-S", str(launcher), allowed, "--", *command]
    if now is Protection.NONE:
        refuse_reachable_servers()
    return list(command)


def refuse_reachable_servers(servers: dict[int, str] | None = None) -> None:
    """Refuse to start while a server outside the lab could be written to by mistake.

    Raises:
        LabError: such a server listens on this machine.
    """
    for port, name in (USUAL_SERVERS if servers is None else servers).items():
        with socket.socket() as probe:
            probe.settimeout(PROBE_SECONDS)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise LabError(
                    f"a server listens on 127.0.0.1:{port} ({name}), and this machine has no"
                    " protection that keeps the app and its set-up away from it (Linux namespaces,"
                    " or Landlock from Linux 6.7)\n"
                    "  nothing was started or written; stop that server, or run Squall in a"
                    " container or a virtual machine"
                )


def _wanted() -> str:
    wanted = os.environ.get(VARIABLE, "")
    if wanted not in ("", "namespace", "landlock", "none"):
        raise UsageError(f"{VARIABLE}={wanted!r}: choose from namespace, landlock, none")
    return wanted

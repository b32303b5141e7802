"""A private network for this process: Linux namespaces with loopback only, without privileges.

    unshare ──▶ user (unless root) + mount + network namespace ──▶ loopback up ──▶ sockets hidden

Everything that the process starts later runs in it: PostgreSQL, engine, app, set-up, workload. Port
5432 of this loopback is not the developer's port 5432. Unix sockets are files and therefore not
part of a network namespace: the usual directories of servers are covered by empty ones.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MS_BIND = 4096
MS_REC_PRIVATE = 16384 | (1 << 18)
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

HOSTS = Path("/etc/hosts")

SOCKET_DIRECTORIES = (
    "/run/postgresql", "/var/run/postgresql", "/run/redis", "/run/valkey", "/run/mysqld",
    "/run/rabbitmq", "/run/docker",
)  # fmt: skip
SOCKET_FILES = ("/tmp/.s.PGSQL.*", "/tmp/redis*.sock", "/tmp/mysql.sock", "/run/docker.sock")  # noqa: S108 - where servers put them


def is_possible() -> bool:
    """Whether this process can enter one. Tried in a child, because entering is irreversible."""
    if sys.platform != "linux" or _threads() != 1:
        return False
    child = os.fork()
    if child == 0:
        try:
            enter()
        except BaseException:  # noqa: BLE001 - the child only answers yes or no
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def enter() -> None:
    """Leave the machine's network permanently.

    Raises:
        OSError: the kernel, or a sandbox around this process, does not allow it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    # Root keeps its user namespace: PostgreSQL must be able to change to its own account.
    flags = CLONE_NEWNET | CLONE_NEWNS | (CLONE_NEWUSER if user else 0)
    _checked(libc.unshare(flags))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _bring_loopback_up()
    _checked(libc.mount(b"none", b"/", None, MS_REC_PRIVATE, None))
    _hide_sockets(libc)


def add_hosts(lines: str) -> None:
    """Add host names for this process and its children, in a private hosts file.

    Only after :func:`enter`: the machine's file is covered, not changed. If that is not possible,
    the names stay unknown.
    """
    try:
        before = HOSTS.read_text(encoding="utf-8")
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="hosts-") as ours:
            ours.write(f"{before.rstrip()}\n{lines}")
            ours.flush()
            Path(ours.name).chmod(0o644)
            libc = ctypes.CDLL(None, use_errno=True)
            _checked(libc.mount(ours.name.encode(), bytes(HOSTS), None, MS_BIND, None))
    except (OSError, UnicodeDecodeError):
        return


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def _hide_sockets(libc: ctypes.CDLL) -> None:
    for directory in {os.path.realpath(one) for one in SOCKET_DIRECTORIES}:
        if Path(directory).is_dir():
            _checked(libc.mount(b"none", directory.encode(), b"tmpfs", 0, None))
    for pattern in SOCKET_FILES:
        place = Path(pattern)
        for file in place.parent.glob(place.name):
            if file.is_socket():
                _checked(libc.mount(b"/dev/null", bytes(file), None, MS_BIND, None))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _threads() -> int:
    """A user namespace requires a process with a single thread (unshare(2), EINVAL)."""
    return len(list(Path("/proc/self/task").iterdir()))

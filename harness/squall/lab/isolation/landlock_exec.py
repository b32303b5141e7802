"""Run a command that can open TCP connections to the given ports only (Landlock, Linux 6.7).

    python -I -S landlock_exec.py 15432,15433 -- uvicorn main:app

A separate program without imports of Squall: it runs between fork and exec of every start, so it
must be fast. The kernel applies the rule to everything that the command starts.
"""

from __future__ import annotations

import ctypes
import os
import sys

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG = 1
NET_VERSION = 4
"""The first version of Landlock with TCP rules."""
CONNECT_TCP = 2
RULE_NET_PORT = 2
PR_SET_NO_NEW_PRIVS = 38
USAGE = 2


class _Ruleset(ctypes.Structure):
    _fields_ = (("filesystem", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _Port(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


def is_possible() -> bool:
    """Whether this kernel can restrict TCP connections."""
    if sys.platform != "linux":
        return False
    version: int = _call(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG, check=False)
    return version >= NET_VERSION


def restrict(ports: list[int]) -> None:
    """From now on this process and its children connect to these ports only.

    Raises:
        OSError: the kernel cannot do it.
    """
    rules = _Ruleset(0, CONNECT_TCP)
    ruleset = _call(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0)
    for port in ports:
        _call(ADD_RULE, ruleset, RULE_NET_PORT, ctypes.byref(_Port(CONNECT_TCP, port)), 0)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _call(number: int, *arguments: object, check: bool = True) -> int:
    result: int = ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)
    if check and result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def main() -> None:
    """Restrict, then become the command."""
    ports, separator, *command = sys.argv[1:] or ["", ""]
    if separator != "--" or not command:
        sys.exit(USAGE)
    restrict([int(port) for port in ports.split(",") if port])
    try:
        os.execvp(command[0], command)  # noqa: S606 - the app's own command
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()

"""Errors whose cause is this machine, as messages with the next step. They are not bugs."""

from __future__ import annotations

import errno
import os

REMEDIES = {
    errno.EMFILE: "raise the limit of open files: ulimit -n 4096",
    errno.ENFILE: "close other programs: the whole machine is out of open files",
    errno.ENOMEM: "close other programs, or run fewer --jobs",
    errno.EAGAIN: "raise the limit of processes: ulimit -u",
    errno.ENOSPC: "free space on the file system, or choose another with --output or TMPDIR",
    errno.EDQUOT: "free space in your quota, or choose another place with --output or TMPDIR",
    errno.EROFS: "choose a place that can be written with --output or TMPDIR",
    errno.EACCES: "change its permissions, or name another",
    errno.EPERM: "change its permissions, or name another",
    errno.ENAMETOOLONG: "name a shorter one",
    errno.ELOOP: "it is a link to itself; name the file",
    errno.ENOTDIR: "a part of the name is a file; name a directory",
    errno.EISDIR: "it is a directory; name a file",
    errno.ENOENT: "it was there a moment ago, or never; look at the name",
}

SHOWN_LETTERS = 200


def describe_machine_error(error: OSError) -> str:
    """One message with the place and the next step; empty if the machine is not the cause."""
    remedy = REMEDIES.get(error.errno or 0)
    if remedy is None:
        return ""
    place = "" if error.filename is None else f"{_short(os.fsdecode(error.filename))}: "
    return f"{place}{(error.strerror or '').lower()}; {remedy}"


def _short(name: str) -> str:
    plain = name.encode("utf-8", "backslashreplace").decode()
    return plain if len(plain) <= SHOWN_LETTERS else f"{plain[:SHOWN_LETTERS]}…"

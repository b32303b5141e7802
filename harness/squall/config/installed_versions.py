"""Versions of the libraries that decide how an app behaves in an outage: driver, pool, server.

Read from the names of ``*.dist-info`` directories: the app's interpreter is not started for it.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

WATCHED = frozenset({
    "aiohttp", "aiopg", "asyncpg", "databases", "fastapi", "granian", "gunicorn", "httpx",
    "hypercorn", "psycopg", "psycopg-pool", "psycopg2", "psycopg2-binary", "redis", "sqlalchemy",
    "sqlmodel", "starlette", "tenacity", "tortoise-orm", "uvicorn", "uvloop", "valkey",
})  # fmt: skip

INFO = re.compile(r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>[^-]+)\.dist-info")


@cache
def installed_versions(python: Path | None) -> dict[str, str]:
    """Python, Squall and the watched libraries of an interpreter's environment, by name.

    None is Squall's own interpreter.
    """
    home = Path(sys.prefix) if python is None else python.parent.parent
    found = {"squall": _squall()}
    for folder in sorted(home.glob("lib*/python*/site-packages")):
        found["python"] = folder.parent.name.removeprefix("python")
        for info in folder.glob("*.dist-info"):
            match = INFO.fullmatch(info.name)
            name = re.sub(r"[-_.]+", "-", match["name"]).lower() if match else ""
            if match and name in WATCHED:
                found[name] = match["version"]
    return dict(sorted(found.items()))


def _squall() -> str:
    try:
        return version("squall")
    except PackageNotFoundError:
        return "unknown"

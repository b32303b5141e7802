"""What an app's example of a .env file, and its settings, tell of the variables that it reads.

A database's address comes whole (``DATABASE_URL``) or in parts (``POSTGRES_SERVER``, ``DB_PORT``,
``DATABASE__PASSWORD``); the rest of an example is what the app needs besides, to be copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

EXAMPLES = (".env.example", ".env.sample", ".env.template", "env.example", ".env.dist",
            "src/.env.example")  # fmt: skip
OWN = (".env", "src/.env")
"""Read by the app itself; looked at for names only, since it may hold secrets."""
OTHERS = ("*.env", "*/*.env", "*/*/*.env")
"""One for each place where the app runs, such as config/local.env; looked at like its own."""

FOREIGN = re.compile(r"test|node_modules|site-packages|(^|/)\.")
"""Paths of such files that are not the app's, or not for running it."""

LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$", re.MULTILINE)
FIELD = re.compile(r"^\s+([A-Za-z][A-Za-z0-9_]*)\s*:\s*[\w\[\]|. ]+(?:=|$)", re.MULTILINE)
"""An annotated field of a settings class, with or without a default."""

URL = re.compile(r"postgres(?:ql)?(\+\w+)?://", re.IGNORECASE)
PART = re.compile(
    r"^(?P<prefix>(?:\w+_)?(?:POSTGRES(?:QL)?|DATABASE|DB|PG|SQL))_{1,2}"
    r"(?P<part>SERVER|HOSTNAME|HOST|ADDRESS|ADDR|PORT|USERNAME|USER|PASSWORD|PASS|DATABASE|NAME|DB)$",
    re.IGNORECASE,
)
PLACES = {
    "SERVER": "host", "HOSTNAME": "host", "HOST": "host", "ADDRESS": "host", "ADDR": "host",
    "PORT": "port", "USERNAME": "user", "USER": "user", "PASSWORD": "password", "PASS": "password",
    "DATABASE": "name", "NAME": "name", "DB": "name",
}  # fmt: skip
LIBPQ = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password",
         "PGDATABASE": "name"}  # fmt: skip


def examples(directory: Path) -> dict[str, str]:
    """The variables of the first example file that is there."""
    return _read(directory, EXAMPLES)


def own(directory: Path) -> dict[str, str]:
    """The variables of the .env file that the app reads itself, or of one that it may read."""
    others = (path for pattern in OTHERS for path in sorted(directory.glob(pattern)))
    names = (path.relative_to(directory) for path in others)
    fit = (name.as_posix() for name in names if not FOREIGN.search(name.as_posix()))
    return _read(directory, (*OWN, *fit))


def address_in_parts(names: Iterator[str]) -> dict[str, str]:
    """Variables of the parts of an address with their templates; empty unless a host is there."""
    found = {}
    for name in names:
        part = PART.match(name)
        place = PLACES[part["part"].upper()] if part else LIBPQ.get(name.upper())
        if place and "TEST" not in name.upper():
            found[name] = f"{{{place}}}"
    return found if "{host}" in found.values() else {}


def addresses(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables that hold a whole address, with the form that their driver wants."""
    found = {}
    for name, value in variables.items():
        url = URL.match(value.strip("'\""))
        if url and "TEST" not in name.upper():
            found[name] = f"{{{(url[1] or '+url')[1:]}}}"
    return found


def settings_fields(text: str) -> Iterator[str]:
    """Names of annotated fields of pydantic's settings classes, as variables."""
    for match in re.finditer(r"^class \w+\([\w., ]*(?:Settings|BaseModel)\w*\):\n", text,
                             re.MULTILINE):  # fmt: skip
        body = re.split(r"^\S", text[match.end() :], maxsplit=1, flags=re.MULTILINE)[0]
        for field in FIELD.finditer(body):
            yield field.group(1).upper()


def _read(directory: Path, names: tuple[str, ...]) -> dict[str, str]:
    for name in names:
        try:
            text = (directory / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
        return {key: value.strip("'\"") for key, value in LINE.findall(lines)}
    return {}

"""The dotenv files of an app, parsed by python-dotenv: examples, and those that the app reads."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dotenv.parser import parse_stream
from dotenv.variables import Atom, Variable, parse_variables

EXAMPLES = (
    ".env.example", ".env.sample", ".env.template", ".env-example", ".env_example", ".env-sample",
    ".example.env", "env.example", "example.env", "sample.env", ".env.dist", ".env.default",
    ".env.defaults", ".env.local.example", "env.sample", "env.template", ".env.development",
    ".env.dev", "env.dist", "example_env",
)  # fmt: skip
EXAMPLE = re.compile(r"example|sample|template|dist\b|default|(?:^|\.)dev", re.IGNORECASE)
OWN = (".env", ".env.local")
FOLDERS = ("", "src", "app", "backend", "config", "docker", "envs", "env", ".envs", "api",
           "server", "deploy", "deployment")  # fmt: skip
FOREIGN = re.compile(r"test|node_modules|site-packages|frontend|prod", re.IGNORECASE)


MAX_ABOVE = 3
MAX_NESTED = 4
"""Values may be made of values that are made of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DotenvEntry:
    """One variable of a file."""

    name: str
    value: str
    place: str
    """``file:line``, relative to the project's directory."""
    own: bool
    """Whether it is in a file that the app reads, which may hold secrets."""


def scan_dotenv(directory: Path, folders: tuple[str, ...] = ()) -> tuple[DotenvEntry, ...]:
    """The variables of all such files, the app's own file first; the first value of a name
    counts.
    """
    found: dict[str, DotenvEntry] = {}
    for path, own in _files(directory, (*folders, *FOLDERS)):
        shown = Path(os.path.relpath(path, directory))
        for entry in _entries(path, shown, own=own):
            found.setdefault(entry.name, entry)
    values = {name: entry.value for name, entry in found.items()}
    return tuple(replace(one, value=_expanded(one.value, values)) for one in found.values())


def _expanded(value: str, values: Mapping[str, str]) -> str:
    """The value with ``${NAME}`` and ``${NAME:-default}`` of the same files, as python-dotenv
    expands it: a process that gets the variable itself would not. Unknown names stay.
    """
    for _ in range(MAX_NESTED):
        if "${" not in value:
            break
        value = "".join(_part(one, values) for one in parse_variables(value))
    return value


def _part(part: Atom, values: Mapping[str, str]) -> str:
    if not isinstance(part, Variable):
        return part.resolve({})
    written = f"${{{part.name}}}" if part.default is None else part.default
    return values.get(part.name, written)


def dotenv_places(directory: Path) -> Iterator[tuple[str, str, str]]:
    """Name, value and place of the variables in files that the app itself reads."""
    for entry in scan_dotenv(directory):
        if entry.own:
            yield entry.name, entry.value, entry.place


def read_dotenv(path: Path) -> Iterator[tuple[str, str]]:
    """Name and value of each variable of one file; nothing if it cannot be read."""
    for entry in _entries(path, path, own=True):
        yield entry.name, entry.value


def _files(directory: Path, folders: tuple[str, ...]) -> Iterator[tuple[Path, bool]]:
    for names, own in ((OWN, True), (EXAMPLES, False)):
        for folder in dict.fromkeys(folders):
            for name in names:
                path = directory / folder / name
                if path.is_file():
                    yield path, own
    for pattern in ("*.env", "*/*.env", "*/*/*.env", ".envs/*/*", ".env.*"):
        for path in sorted(directory.glob(pattern)):
            name = path.relative_to(directory).as_posix()
            if path.is_file() and not FOREIGN.search(name) and ".venv" not in name:
                yield path, not EXAMPLE.search(path.name)
    for above in itertools.product(_above(directory), EXAMPLES):
        if (path := Path(*above)).is_file():
            yield path, False


def _above(directory: Path) -> list[Path]:
    """The folders above, up to the top of the repository: its example is for all of its parts."""
    above = [directory, *directory.parents][: MAX_ABOVE + 1]
    top = next((number for number, one in enumerate(above) if (one / ".git").exists()), 0)
    return above[1 : top + 1]


def _entries(path: Path, shown: Path, *, own: bool) -> Iterator[DotenvEntry]:
    try:
        with path.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError):
        return
    for binding in bindings:
        if binding.key and not binding.error:
            # A binding includes the blank lines and comments before it.
            before = binding.original.string
            line = binding.original.line + len(before) - len(before.lstrip("\n"))
            yield DotenvEntry(
                name=binding.key, value=binding.value or "", place=f"{shown}:{line}", own=own
            )

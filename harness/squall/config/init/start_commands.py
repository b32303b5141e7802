"""The commands in a project's files that start the app or prepare its data.

Compose files, Dockerfiles, Procfiles, Makefiles, scripts, CI workflows and the README show which
app is the real one, in which order its database is prepared, and which server runs it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from squall.config.init.project import Project
from squall.config.init.project_files import read_text

COMPOSE = re.compile(r"^(?:docker-)?compose[\w.-]*\.ya?ml$")
DOCKERFILE = re.compile(r"^(?:[\w.-]*\.)?Dockerfile[\w.-]*$", re.IGNORECASE)
MAKEFILE = re.compile(r"^(?:GNU)?[Mm]akefile$|\.mk$|^[Jj]ustfile$|^Taskfile\.ya?ml$")
RANKS = (
    (COMPOSE, 100),
    (re.compile(r"^Procfile"), 95),
    (DOCKERFILE, 90),
    (re.compile(r"\.sh$|^entrypoint$|^start$|^prestart$"), 85),
    (MAKEFILE, 70),
    (re.compile(r"^pyproject\.toml$|^tasks\.py$"), 65),
    (re.compile(r"\.ya?ml$"), 50),
    (re.compile(r"^README", re.IGNORECASE), 40),
)
DOCKER_WORD = re.compile(r"^\s*(?:CMD|ENTRYPOINT|RUN)\s+", re.IGNORECASE)
PROMPT = re.compile(r"^\s*(?:[-$>]+\s+|\d+\.\s+|`+)?")
WORDS = re.compile(
    r"uvicorn|gunicorn|hypercorn|granian|fastapi\s+(?:run|dev)|alembic|aerich|piccolo|yoyo|dbmate"
    r"|python|\bpsql\b|\.sh\b"
)


@dataclass(frozen=True, slots=True)
class Command:
    """One line that a shell would run."""

    text: str
    place: str
    """``file:line``."""
    folder: Path
    """The directory of its file; for a compose service, its build folder."""
    rank: int
    """How trustworthy its file is; higher is better."""


def read_commands(project: Project) -> list[Command]:
    """All commands, those of the most trustworthy file first."""
    found: list[Command] = []
    for path in project.files:
        rank = next((rank for pattern, rank in RANKS if pattern.search(path.name)), 0)
        if path.suffix in (".yml", ".yaml") and rank == 50 and ".github" not in path.parts:  # noqa: PLR2004 - CI files only
            rank = 0 if path.name != ".gitlab-ci.yml" else rank
        if not rank:
            continue
        if COMPOSE.match(path.name):
            found += _of_compose(project, path, rank)
        else:
            found += _of_lines(project, path, rank)
    return sorted(found, key=lambda one: (-one.rank, len(Path(one.place).parts)))


def _of_lines(project: Project, path: Path, rank: int) -> Iterator[Command]:
    waiting, first = "", 0
    for number, line in enumerate(read_text(path).splitlines(), 1):
        first = first if waiting else number
        waiting = f"{waiting} {line.strip()}" if waiting else line
        if waiting.rstrip().endswith("\\"):
            waiting = waiting.rstrip()[:-1]
            continue
        text, waiting = waiting, ""
        if WORDS.search(text) and not text.lstrip().startswith("#"):
            plain = _plain(text)
            yield Command(plain, project.shown(path, first), path.parent, rank)


def _plain(line: str) -> str:
    """The line without Docker's keywords, JSON brackets, the name in a Procfile and a shell
    prompt.
    """
    line = DOCKER_WORD.sub("", line)
    if line.lstrip().startswith("["):
        line = re.sub(r"[\[\]\",]+", " ", line)
    line = re.sub(r"^\s*[\w-]+:\s+", "", line)
    line = PROMPT.sub("", line)
    return re.sub(r"^[@\w-]*(?:exec|run:)\s+", "", line.strip(" `@|&")).strip()


def _of_compose(project: Project, path: Path, rank: int) -> Iterator[Command]:
    lines = read_text(path).splitlines()
    for service in compose_services(path).values():
        build = service.get("build")
        context = build.get("context", ".") if isinstance(build, dict) else build or "."
        folder = (path.parent / str(context)).resolve()
        for key in ("entrypoint", "command"):
            given = service.get(key)
            text = shlex.join(map(str, given)) if isinstance(given, list) else str(given or "")
            text = re.sub(
                r"^(?:/bin/)?(?:ba)?sh -c ['\"]?(.*?)['\"]?$", r"\1", text.strip(), flags=re.DOTALL
            )
            for part in text.splitlines():
                if WORDS.search(part):
                    yield Command(part.strip(), _line_of(project, path, lines, part), folder, rank)


def _line_of(project: Project, path: Path, lines: list[str], text: str) -> str:
    words = re.findall(r"[\w.:/-]{5,}", text)
    for number, line in enumerate(lines, 1):
        if words and words[-1] in line:
            return project.shown(path, number)
    return project.shown(path)


def compose_services(path: Path) -> dict[str, dict[str, Any]]:
    """The services of a compose file; empty if it cannot be read."""
    try:
        document = yaml.safe_load(read_text(path))
    except yaml.YAMLError:
        return {}
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict):
        return {}
    return {str(name): one for name, one in services.items() if isinstance(one, dict)}


def compose_files(project: Project) -> list[Path]:
    """The compose files, those without ``test`` and ``prod`` in their names first."""
    found = [path for path in project.files if COMPOSE.match(path.name)]
    return sorted(found, key=lambda path: (len(path.parts), "test" in path.name, str(path)))

"""The variables that the compose files give to the services that are built here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from squall.config.init.find_database import Known
from squall.config.init.project import Project
from squall.config.init.scan_dotenv import read_dotenv
from squall.config.init.start_commands import compose_files, compose_services

DEFAULT = re.compile(r"\$\{\w+:?-([^}]*)\}")
MAX_FILES = 3


def compose_values(project: Project) -> dict[str, Known]:
    """Name and value of each variable, without those of the servers next to the services."""
    found: dict[str, Known] = {}
    for path in compose_files(project)[:MAX_FILES]:
        for service in compose_services(path).values():
            if "build" not in service:
                continue
            for name, value, place in (*_listed(service, path), *_of_files(service, path)):
                text = DEFAULT.sub(r"\1", value)
                if "$" not in text:
                    found.setdefault(name, Known(
                        name=name, value=text, place=project.shown(place), read=False
                    ))  # fmt: skip
    return found


def _listed(service: Mapping[str, Any], path: Path) -> Iterator[tuple[str, str, Path]]:
    """``environment``, a table or a list of ``NAME=value``."""
    given = service.get("environment")
    if isinstance(given, Mapping):
        for name, value in given.items():
            yield str(name), str(value if value is not None else ""), path
    for item in given if isinstance(given, list) else []:
        name, equals, value = str(item).partition("=")
        if equals:
            yield name, value, path


def _of_files(service: Mapping[str, Any], path: Path) -> Iterator[tuple[str, str, Path]]:
    """``env_file``, one or several; a hidden file is the developer's own, and is left alone."""
    given = service.get("env_file")
    for item in given if isinstance(given, list) else [given]:
        name = item.get("path") if isinstance(item, Mapping) else item
        file = (path.parent / str(name)).resolve()
        if not name or file.name.startswith(".") or not file.is_relative_to(path.parent.resolve()):
            continue
        for variable, value in read_dotenv(file):
            yield variable, value, path

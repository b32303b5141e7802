"""Find the SQL files that create an app's tables: mounted ones, else a schema that is only kept."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from squall.config.init.project import Project
from squall.config.init.project_files import MIGRATIONS, read_text
from squall.config.init.start_commands import compose_files, compose_services

MAX_SQL_FILES = 30
CREATES = re.compile(r"^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\b", re.IGNORECASE | re.MULTILINE)
SCHEMA = re.compile(
    r"schema|init|table|create|structure|ddl|database|^db$|setup|model", re.IGNORECASE
)
DATA = re.compile(r"data|datos|dados|daten|seed|insert|fixture|sample|populate", re.IGNORECASE)
FOR_TESTS = re.compile(r"(?:^|[_.-])tests?(?:[_.-]|$)", re.IGNORECASE)
"""A second database for the app's own tests."""

VERSIONED = re.compile(r"^(?:(\d+)[\w.-]*\.up\.sql|V([\d._]+?)__[\w.-]*\.sql)$")
MAX_MIGRATIONS = 200

NOT_SCHEMA = re.compile(r"drop|test|down|rollback|backup", re.IGNORECASE)


def mounted_sql(project: Project) -> Iterator[tuple[Path, str]]:
    """The files that the compose file mounts into docker-entrypoint-initdb.d, sorted by name, with
    the place that says so.
    """
    for compose in compose_files(project):
        for service in compose_services(compose).values():
            for volume in service.get("volumes") or []:
                source, target = _volume(volume)
                if "docker-entrypoint-initdb.d" not in target:
                    continue
                place = (compose.parent / source).resolve()
                files = sorted(place.glob("*.sql")) if place.is_dir() else [place]
                for file in files[:MAX_SQL_FILES]:
                    for_tests = FOR_TESTS.search(file.stem)
                    if file.suffix == ".sql" and file.is_file() and not for_tests:
                        yield file, project.shown(compose)
                return


def kept_sql(project: Project, source: str) -> list[tuple[Path, str]]:
    """The schema that a README asks to load by hand, then its rows: for an app that has neither
    migrations nor code that creates tables. A file that the source names is the app's own affair.
    """
    found = [path for path in project.files if path.suffix == ".sql"
             and not MIGRATIONS & set(path.relative_to(project.directory).parts[:-1])
             and not NOT_SCHEMA.search(path.stem) and path.name not in source]  # fmt: skip
    creating = [one for one in found if CREATES.search(read_text(one))]
    # Most names are English; a file of another name is only taken if there is no such file.
    schemas = [one for one in creating if SCHEMA.search(one.stem)] or [
        one for one in creating if not DATA.search(one.stem)
    ]
    if not schemas:
        return []
    first = min(schemas, key=lambda path: (len(path.parts), str(path)))
    rows = [one for one in found if one.parent == first.parent and DATA.search(one.stem)
            and one not in schemas]  # fmt: skip
    return [(one, project.shown(one)) for one in (first, *sorted(rows)[:1])]


def versioned_sql(project: Project) -> list[tuple[Path, str]]:
    """The migrations of a tool that is not part of the app, in order: ``000001_users.up.sql`` of
    golang-migrate, ``V1__users.sql`` of Flyway.
    """
    folders: defaultdict[Path, list[tuple[tuple[int, ...], Path]]] = defaultdict(list)
    for path in project.files:
        if found := VERSIONED.match(path.name):
            version = tuple(int(number) for number in re.findall(r"\d+", found[1] or found[2]))
            folders[path.parent].append((version, path))
    if not folders:
        return []
    files = max(folders.values(), key=len)
    return [(path, project.shown(path.parent)) for _, path in sorted(files)[:MAX_MIGRATIONS]]


def _volume(given: object) -> tuple[str, str]:
    if isinstance(given, dict):
        return str(given.get("source", "")), str(given.get("target", ""))
    source, _, target = str(given).partition(":")
    return source, target

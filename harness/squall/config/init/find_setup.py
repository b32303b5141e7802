"""Find the commands that prepare an app's database: migrations, SQL files and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.config.init.find_alembic import find_alembic
from squall.config.init.find_models import find_models
from squall.config.init.find_sql import kept_sql, mounted_sql, versioned_sql
from squall.config.init.project import Project, relative_place
from squall.config.init.project_files import read_text
from squall.config.init.start_commands import Command

SCRIPT = re.compile(
    r"\bpython3?\s+(?P<words>(?:-m\s+[\w.]+|[\w./-]+\.py)(?:\s+(?!&&|;|\|)[\w=.:-]+)*)"
)
FILLS = re.compile(r"seed|initial_data|init_data|fixture|superuser|populate|sample|create_admin")
PREPARES = re.compile(
    r"migrat|init_?db|db_?init|create_?(?:db|tables|all|database)|setup_?db|prestart|pre_start"
    r"|upgrade|bootstrap"
)
FIRST_ROWS = re.compile(r"init_?db|db_?init|bootstrap")
"""May create tables, or the first rows after the migrations."""

NOT_SCRIPTS = re.compile(
    r"pytest|pip|http\.server|venv|build|uvicorn|gunicorn|downgrade|revision|test"
    r"|makemigrations|debugpy|celery|generate_(?!data|schemas)"
)
MAKES_TABLES = re.compile(
    r"\.create_all|generate_schemas|create_db_and_tables|CREATE\s+TABLE", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSetup:
    """Commands, with the place where each was found."""

    setup: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def find_setup(
    project: Project,
    root: Path,
    commands: Sequence[Command],
    source: str,
    variable: str = "",
    module: str = "",
) -> FoundSetup:
    """SQL for extensions and tables first, then the migrations, then the rows.

    ``variable`` is the one with the whole address of the database, if there is one; ``module``
    that of the app.
    """
    sql = [(relative_place(path, root), place) for path, place in mounted_sql(project)]
    tool, tool_place = _migrations(project, root, commands, variable, module)
    scripts = list(_scripts(project, root, commands))
    prepares = [one for one in scripts if not FILLS.search(one[0])]
    fills = [one for one in scripts if FILLS.search(one[0])]
    setup = [*sql, *([(tool, tool_place)] if tool else [])]
    makes_tables = MAKES_TABLES.search(source)
    if not setup:
        versioned = [(relative_place(path, root), place) for path, place in versioned_sql(project)]
        setup = versioned or prepares[:1]
    if not setup and not makes_tables:
        setup = _without_creator(project, root, source, module)
    seed = [] if setup or not makes_tables else fills[:1]
    setup += (fills or _first_rows(tool, prepares))[:1] if setup else []
    return FoundSetup(
        setup=tuple(text for text, _ in setup),
        seed=tuple(text for text, _ in seed),
        places=tuple(place for _, place in (*setup, *seed)),
    )


def _first_rows(tool: str, scripts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A script that a command names, after the migrations."""
    return [one for one in scripts if tool and FIRST_ROWS.search(one[0]) and _is_named(one)]


def _without_creator(
    project: Project, root: Path, source: str, module: str
) -> list[tuple[str, str]]:
    """A schema that is only kept, else the models, for an app that nothing prepares."""
    kept = [(relative_place(path, root), place) for path, place in kept_sql(project, source)]
    models = None if kept else find_models(project, module, root, source)
    return [models] if models else kept


def _migrations(
    project: Project, root: Path, commands: Sequence[Command], variable: str, module: str
) -> tuple[str, str]:
    """The command of the migration tool and the file that shows its use; empty if there is none."""
    alembic = find_alembic(project, root, commands, variable, module)
    if alembic is not None:
        return alembic
    pyproject = next((one for one in (root / "pyproject.toml", project.directory / "pyproject.toml")
                      if "[tool.aerich]" in read_text(one)), None)  # fmt: skip
    if pyproject is not None or (root / "aerich.ini").exists():
        return "aerich upgrade", project.shown(pyproject or root / "aerich.ini")
    if (root / "piccolo_conf.py").exists():
        return "piccolo migrations forwards all", project.shown(root / "piccolo_conf.py")
    if (root / "yoyo.ini").exists():
        return "yoyo apply --batch", project.shown(root / "yoyo.ini")
    for command in commands:
        found = re.search(r"\b(dbmate(?:\s+-\S+(?:\s+\S+)?)*\s+(?:up|migrate))\b", command.text)
        if found:
            return found[1], command.place
    return "", ""


def _scripts(
    project: Project, root: Path, commands: Sequence[Command]
) -> Iterator[tuple[str, str]]:
    """Scripts that the project's commands name, else scripts with a typical file name, each
    once.
    """
    seen = set()
    for command in commands:
        for found in SCRIPT.finditer(command.text):
            words = _without_container(root, found["words"].strip())
            if NOT_SCRIPTS.search(words) or not (FILLS.search(words) or PREPARES.search(words)):
                continue
            text = f"python {words}"
            if text not in seen and _is_there(project, root, words):
                seen.add(text)
                yield text, command.place
    for text, module, place in _scripts_by_name(project, root):
        if text not in seen and f"python -m {module}" not in seen:
            seen.add(text)
            yield text, place


def _scripts_by_name(project: Project, root: Path) -> Iterator[tuple[str, str, str]]:
    """Command, module and place of each script with such a file name."""
    for path, module in project.modules.items():
        if not path.is_relative_to(root) or "__main__" not in module.text:
            continue
        stem, relative = path.stem, path.relative_to(root)
        if NOT_SCRIPTS.search(str(relative)) or not (FILLS.search(stem) or PREPARES.search(stem)):
            continue
        dotted = ".".join(relative.with_suffix("").parts)
        ups = max((level for _, level, _ in module.imported()), default=0)
        if ups > dotted.count("."):
            continue  # its imports go outside the folder in which commands start
        text = f"python -m {dotted}" if ups else f"python {relative_place(path, root)}"
        yield text, dotted, project.shown(path)


def _is_named(script: tuple[str, str]) -> bool:
    """Whether a command names the script, and not only its own file name."""
    return not script[1].endswith(".py")


def _without_container(root: Path, words: str) -> str:
    """``/app/src/init_db.py``: the same file in this folder."""
    file, _, rest = words.partition(" ")
    parts = Path(file).parts
    inside = [Path(*parts[number:]) for number in range(1, len(parts))] if file[0] == "/" else []
    place = next((one for one in inside if (root / one).is_file()), None)
    return words if place is None else f"{place.as_posix()} {rest}".strip()


def _is_there(project: Project, root: Path, words: str) -> bool:
    first = words.split(maxsplit=1)[0]
    if first == "-m":
        return project.find_module(words.split()[1], root) is not None
    return (root / first).is_file()

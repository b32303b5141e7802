"""Find the commands that prepare an app's database: migrations, SQL files and scripts."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.config.init.find_sql import kept_sql, mounted_sql
from squall.config.init.project import Project
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
NOT_SCRIPTS = re.compile(
    r"pytest|pip|http\.server|venv|build|uvicorn|gunicorn|downgrade|revision|test"
    r"|makemigrations|debugpy|celery|generate_(?!data|schemas)"
)
MAKES_TABLES = re.compile(
    r"\.create_all|generate_schemas|create_db_and_tables|CREATE\s+TABLE", re.IGNORECASE
)
OWN_ADDRESS = re.compile(
    r"set_main_option|set_section_option|environ|getenv|[Ss]ettings|create_(?:async_)?engine\("
    r"|attributes"
)
"""If env.py contains one of these, it does not use the address of the .ini file unchanged."""

FROM_VARIABLE = (
    'python -c "import os; from alembic import command; from alembic.config import Config;'
    " c = Config('{place}'); c.set_main_option('sqlalchemy.url', os.environ['{variable}']);"
    " command.upgrade(c, '{heads}')\""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSetup:
    """Commands, with the place where each was found."""

    setup: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def find_setup(
    project: Project, root: Path, commands: Sequence[Command], source: str, variable: str = ""
) -> FoundSetup:
    """SQL for extensions and tables first, then the migrations, then the rows.

    ``variable`` is the one with the whole address of the database, if there is one.
    """
    sql = [(_relative(path, root), place) for path, place in mounted_sql(project)]
    tool, tool_place = _migrations(project, root, commands, variable)
    scripts = list(_scripts(project, root, commands))
    prepares = [one for one in scripts if not FILLS.search(one[0])]
    fills = [one for one in scripts if FILLS.search(one[0])]
    setup = [*sql, *([(tool, tool_place)] if tool else [])]
    makes_tables = MAKES_TABLES.search(source)
    if not setup:
        setup = prepares[:1]
    if not setup and not makes_tables:
        setup = [(_relative(path, root), place) for path, place in kept_sql(project, source)]
    seed = [] if setup or not makes_tables else fills[:1]
    if setup:
        setup += fills[:1]
    return FoundSetup(
        setup=tuple(text for text, _ in setup),
        seed=tuple(text for text, _ in seed),
        places=tuple(place for _, place in (*setup, *seed)),
    )


def _migrations(
    project: Project, root: Path, commands: Sequence[Command], variable: str
) -> tuple[str, str]:
    """The command of the migration tool and the file that shows its use; empty if there is none."""
    ini = _alembic_ini(project, root, commands)
    if ini is not None:
        heads = "heads" if any("upgrade heads" in one.text for one in commands) else "head"
        return _alembic(ini, root, heads, variable), project.shown(ini)
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


def _alembic(ini: Path, root: Path, heads: str, variable: str) -> str:
    """The command. If only the .ini file holds the address, a command that replaces it."""
    place = _relative(ini, root)
    written = re.search(r"^\s*sqlalchemy\.url\s*=\s*postgres", read_text(ini), re.MULTILINE)
    texts = [read_text(path) for path in ini.parent.rglob("env.py") if ".venv" not in path.parts]
    if written and variable and texts and not any(OWN_ADDRESS.search(text) for text in texts):
        return FROM_VARIABLE.format(place=place, variable=variable, heads=heads)
    config = "" if ini.parent == root else f"-c {shlex.quote(place)} "
    return f"alembic {config}upgrade {heads}"


def _alembic_ini(project: Project, root: Path, commands: Sequence[Command]) -> Path | None:
    """The one next to the app, else one that a command names, else the nearest one with
    versions.
    """
    found = [path for path in project.files if path.suffix == ".ini"
             and re.search(r"^\s*script_location\s*=", read_text(path), re.MULTILINE)]  # fmt: skip
    named = {match[1] for one in commands
             for match in re.finditer(r"alembic\s+(?:-c|--config)[ =](\S+)", one.text)}  # fmt: skip

    def rank(path: Path) -> tuple[bool, bool, int]:
        mentioned = any(path.as_posix().endswith(name.lstrip("./")) for name in named)
        return not mentioned, path.parent != root, len(path.parts)

    usable = [path for path in found if _has_versions(path)] or found
    return min(usable, key=rank, default=None)


def _has_versions(ini: Path) -> bool:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(read_text(ini))
        place = next((parser[name]["script_location"] for name in parser.sections()
                      if "script_location" in parser[name]), "")  # fmt: skip
    except configparser.Error:
        return True
    place = place.replace("%(here)s", str(ini.parent)).partition(":")[0]
    folder = ini.parent / place
    return any(folder.rglob("*.py")) or not folder.exists()


def _scripts(
    project: Project, root: Path, commands: Sequence[Command]
) -> Iterator[tuple[str, str]]:
    """Scripts that the project's commands name, else scripts with a typical file name, each
    once.
    """
    seen = set()
    for command in commands:
        for found in SCRIPT.finditer(command.text):
            words = found["words"].strip()
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
        text = f"python -m {dotted}" if ups else f"python {_relative(path, root)}"
        yield text, dotted, project.shown(path)


def _is_there(project: Project, root: Path, words: str) -> bool:
    first = words.split(maxsplit=1)[0]
    if first == "-m":
        return project.find_module(words.split()[1], root) is not None
    return (root / first).is_file()


def _relative(path: Path, root: Path) -> str:
    """A path relative to ``root``, with ``..`` if needed."""
    ups = 0
    base = root
    while not path.is_relative_to(base):
        base, ups = base.parent, ups + 1
    return Path(*[".."] * ups, path.relative_to(base)).as_posix()

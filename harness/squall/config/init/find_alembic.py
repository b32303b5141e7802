"""The command that brings an app's tables about with Alembic, as its files say.

alembic.ini next to the app ─▶ alembic upgrade head    no revision here  ─▶ from the models
address only in the .ini    ─▶ with the lab's address  ini in a parent   ─▶ started there
"""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from squall.config.init.find_models import NO_CREATOR
from squall.config.init.project import Project, relative_place
from squall.config.init.project_files import read_text
from squall.config.init.start_commands import Command

OWN_ADDRESS = re.compile(
    r"set_main_option|set_section_option|environ|getenv|[Ss]ettings"
    r"|create_(?:async_)?engine\((?!\s*(?:context\.)?config\.get_main_option)|attributes"
)
"""If env.py contains one of these, it does not use the address of the .ini file unchanged."""

FROM_VARIABLE = (
    'python -c "import os; from alembic import command; from alembic.config import Config;'
    " c = Config('{place}'); c.set_main_option('sqlalchemy.url', os.environ['{variable}']);"
    " command.upgrade(c, '{heads}')\""
)
ELSEWHERE = (
    "python -c \"import os, sys; sys.path.insert(0, os.getcwd()); os.chdir('{folder}');"
    " from alembic.config import main; main(['-c', '{file}', 'upgrade', '{heads}'])\""
)
"""Alembic resolves a relative ``script_location`` from the folder in which it starts."""

FROM_MODELS = (
    'python -c "import os, sys; sys.path.insert(0, os.getcwd()); import {module};'
    " os.chdir('{folder}'); from alembic.config import Config;"
    " from alembic.script import ScriptDirectory;"
    " from alembic.runtime.environment import EnvironmentContext; c = Config('{file}');"
    " s = ScriptDirectory.from_config(c); make = lambda _, m:"
    " [m.opts['target_metadata'].create_all(m.connection)][:0];"
    ' EnvironmentContext(c, s, fn=make).__enter__(); s.run_env()"'
)
"""Through Alembic's own env.py, which knows the address; the app knows all models, and env.py often
only their base. No file is written.
"""

WITHOUT_INI = (
    'python -c "import os, sys; sys.path.insert(0, os.getcwd());'
    " from importlib.util import find_spec as has; from alembic import command;"
    " from alembic.config import Config; c = Config();"
    " c.set_main_option('script_location', '{folder}'); c.set_main_option('sqlalchemy.url',"
    " {address}); command.upgrade(c, '{heads}')\""
)
"""The .ini file is often kept out of version control, for its address."""
ASYNC_ADDRESS = "'postgresql+asyncpg://' if has('asyncpg') else 'postgresql+psycopg://'"
SYNC_ADDRESS = "'postgresql://' if has('psycopg2') else 'postgresql+psycopg://'"
"""Without a host: drivers take PGHOST and the like, which the lab sets for set-up commands."""

NO_INI = "no alembic.ini came with the project: its revisions are run without one"

NO_REVISIONS = "no revision of Alembic came with the project: its models create the tables"

REVISION = re.compile(r"^\s*down_revision\b", re.MULTILINE)


def find_alembic(
    project: Project, root: Path, commands: Sequence[Command], variable: str, module: str
) -> tuple[str, str] | None:
    """The command and the file that shows its use; None if there is neither ``alembic.ini`` nor a
    folder with revisions.

    ``module`` is that of the app.
    """
    ini = _ini(project, root, commands)
    heads = "heads" if any("upgrade heads" in one.text for one in commands) else "head"
    if ini is None:
        return _without_ini(project, root, heads)
    env = _scripts(ini, root)
    if module and env is not None and not _has_revisions(ini, env):
        folder = relative_place(ini.parent, root)
        command = FROM_MODELS.format(module=module, folder=folder, file=ini.name)
        return command, project.shown(ini)
    return _command(ini, root, heads, variable), project.shown(ini)


def notes_on(setup: Sequence[str]) -> list[str]:
    """What to say of commands that create the tables without a revision."""
    told = {NO_REVISIONS: "fn=make", NO_INI: "c = Config();", NO_CREATOR: "base.metadata"}
    return [note for note, words in told.items() if any(words in one for one in setup)]


def _without_ini(project: Project, root: Path, heads: str) -> tuple[str, str] | None:
    for env in project.files:
        text = read_text(env) if env.name == "env.py" else ""
        if "alembic" in text and _is_revised(env.parent):
            address = ASYNC_ADDRESS if "async_engine_from_config" in text else SYNC_ADDRESS
            folder = relative_place(env.parent, root)
            command = WITHOUT_INI.format(folder=folder, address=address, heads=heads)
            return command, project.shown(env)
    return None


def _command(ini: Path, root: Path, heads: str, variable: str) -> str:
    """The command. If only the .ini file holds the address, a command that replaces it."""
    place = relative_place(ini, root)
    folder = relative_place(ini.parent, root)
    written = re.search(r"^\s*sqlalchemy\.url\s*=\s*postgres", read_text(ini), re.MULTILINE)
    texts = [read_text(path) for path in ini.parent.rglob("env.py") if ".venv" not in path.parts]
    if written and variable and texts and not any(OWN_ADDRESS.search(text) for text in texts):
        return FROM_VARIABLE.format(place=place, variable=variable, heads=heads)
    if ini.parent == root:
        return f"alembic upgrade {heads}"
    location = _option(ini, "script_location")
    if (
        "%(here)s" not in location
        and _scripts(ini, root) == ini.parent / location != root / location
    ):
        return ELSEWHERE.format(folder=folder, file=ini.name, heads=heads)
    return f"alembic -c {shlex.quote(place)} upgrade {heads}"


def _ini(project: Project, root: Path, commands: Sequence[Command]) -> Path | None:
    """The one next to the app, else one that a command names, else the nearest one with
    scripts.
    """
    found = [path for path in project.files if path.suffix == ".ini"
             and re.search(r"^\s*script_location\s*=", read_text(path), re.MULTILINE)]  # fmt: skip
    named = {match[1] for one in commands
             for match in re.finditer(r"alembic\s+(?:-c|--config)[ =](\S+)", one.text)}  # fmt: skip

    def rank(path: Path) -> tuple[bool, bool, int]:
        mentioned = any(path.as_posix().endswith(name.lstrip("./")) for name in named)
        return not mentioned, path.parent != root, len(path.parts)

    usable = [path for path in found if _has_scripts(path)] or found
    return min(usable, key=rank, default=None)


def _has_scripts(ini: Path) -> bool:
    place = _option(ini, "script_location")
    folder = ini.parent / place.replace("%(here)s", str(ini.parent)).partition(":")[0]
    return not place or any(folder.rglob("*.py")) or not folder.exists()


def _scripts(ini: Path, root: Path) -> Path | None:
    """The folder with env.py, relative to the .ini file or to where commands start."""
    place = _option(ini, "script_location").replace("%(here)s", str(ini.parent))
    for base in (ini.parent, root):
        if place and (base / place / "env.py").is_file():
            return base / place
    return None


def _has_revisions(ini: Path, folder: Path) -> bool:
    """Whether revisions came with the project: many keep them out of version control."""
    if _option(ini, "version_locations"):
        return True
    return _is_revised(folder)


def _is_revised(folder: Path) -> bool:
    return any(REVISION.search(read_text(path)) for path in folder.rglob("*.py"))


def _option(ini: Path, name: str) -> str:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(read_text(ini))
    except configparser.Error:
        return ""
    return next((parser[section][name] for section in parser.sections()
                 if name in parser[section]), "")  # fmt: skip

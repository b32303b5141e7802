"""What a project's files reveal without being run: app, database, set-up, settings.

Each guess names its source. ``squall init`` tries them, and takes the next one if a guess fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from squall.config.dependencies import Dependency
from squall.config.init.compose_values import compose_values
from squall.config.init.find_alembic import notes_on
from squall.config.init.find_app import FoundApp, find_apps, import_root
from squall.config.init.find_aws import aws_settings
from squall.config.init.find_database import FoundDatabase, Known, find_database
from squall.config.init.find_fixed import fixed_beside_variables, fixed_in_source, fixed_other
from squall.config.init.find_http import FoundHttp, find_http, text_values
from squall.config.init.find_script import command_of, find_scripts
from squall.config.init.find_settings import NEVER, Setting, find_settings
from squall.config.init.find_setup import FoundSetup, find_setup
from squall.config.init.find_switches import complete
from squall.config.init.find_upstreams import find_servers
from squall.config.init.find_users import find_users, told_users, variables_of
from squall.config.init.find_websockets import find_websockets
from squall.config.init.project import Module, Project, modules_below
from squall.config.init.project_files import read_text
from squall.config.init.required_packages import required_packages
from squall.config.init.safe_values import SECRET_NAME, closed_value, example_value, invented_value
from squall.config.init.scan_dotenv import DotenvEntry, scan_dotenv
from squall.config.init.settings_modules import migration_modules, settings_modules
from squall.config.init.start_commands import (
    Command,
    compose_files,
    compose_services,
    read_commands,
)

WHOLE_FORM = re.compile(r"^\{(?:url|asyncpg|psycopg2?)\}$|://")

HOPED_FOR = re.compile(
    r"SECRET|KEY|JWT|ALGORITHM|EXPIRE|MINUTES|(?:^|_)(?:TITLE|VERSION|PROJECT_NAME|APP_NAME)$",
    re.IGNORECASE,
)
"""A variable read by ``os.getenv`` without a default, and used as if it were always set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """The guesses; empty if nothing was found."""

    app: str = ""
    factory: bool = False
    app_place: str = ""
    """``file:line`` of the app."""
    why: str = ""
    """Where the app is named."""
    folder: str = ""
    """The directory in which the app starts, relative to the project's; empty if it is the same."""
    below: Mapping[str, str] = field(default_factory=dict)
    """Modules that are imported and lie in a folder below the one in which the app starts."""
    database_env: Mapping[str, str] = field(default_factory=lambda: {"DATABASE_URL": "{url}"})
    """Variables with the database's address or its parts, as templates."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Other settings: from an example, or invented if unknown."""
    setup: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    database: Mapping[str, str] = field(default_factory=dict)
    """The parts of the database's address that are hard-coded."""
    dependencies: tuple[Dependency, ...] = ()
    """Servers in addition to PostgreSQL."""
    notes: tuple[str, ...] = ()
    """Notes for the user: values that were invented or disabled, and contradictions."""
    http: FoundHttp = field(default_factory=FoundHttp)
    websockets: tuple[str, ...] = ()
    """The paths of its websockets."""
    other_database: str = ""
    """The database that the app uses instead of PostgreSQL."""


def scan_source(directory: Path, target: str = "") -> list[Detected]:
    """One result for each app that was found, the best first; with ``target`` only matching
    ones.
    """
    project = Project(directory)
    commands = read_commands(project)
    apps = [one for one in find_apps(project, commands) if target in ("", one.target)]
    if not apps and not target:
        apps = find_scripts(project, commands)
    found = [_detected(project, one, commands) for one in apps[:4]]
    return [one for one in found if one.app]


def _detected(project: Project, app: FoundApp, commands: Sequence[Command]) -> Detected:
    near = _near(project, app)
    settings = find_settings(project, near)
    folder = (start := _start(app)).relative_to(project.directory).as_posix().removeprefix(".")
    dotenv = scan_dotenv(project.directory, (folder,) if folder else ())
    compose = compose_values(project)
    known = list(_known(settings, dotenv, compose))
    source = "\n".join(one.text for one in near) + _alembic_address(app.root)
    packages = required_packages(project.directory, app.root)
    database = find_database(known, source, packages, fixed_other(near, project.shown))
    fixed = _fixed(project, database, near, source)
    prepared = _prepared(project, app, start, commands, source, database.env)
    servers = find_servers(known, near, source, packages)
    told = {**database.env, **dict(pair for one in servers for pair in one.environment.items())}
    environment, notes = _environment(settings, dotenv, known, told, compose)
    environment = {**variables_of(users := find_users(project)), **environment}
    notes += [*notes_on(prepared.setup), *complete(settings, near, environment, told)]
    notes += [*told_users(users), *([database.note] if "port" not in fixed else [])]
    defaults = {one.name: environment.get(one.name, one.default) for one in settings}
    http = find_http(near, defaults, {str(one.path): project.shown(one.path) for one in near})
    return Detected(
        app=command_of(app, settings, told) if app.script else app.target,
        factory=app.factory,
        app_place=project.shown(app.path, app.line),
        why=app.why,
        folder=folder,
        below=modules_below(project, near, start),
        database_env=database.env,
        environment={**aws_settings(source), **http.first_user, **environment},
        setup=prepared.setup,
        seed=prepared.seed,
        database=fixed,
        dependencies=servers,
        notes=tuple(filter(None, notes)),
        http=http,
        websockets=find_websockets(project, near, app.root, text_values(near, defaults)),
        other_database=database.other,
    )


def _near(project: Project, app: FoundApp) -> Sequence[Module]:
    """All that the app and its migrations import. One that extends sys.path has another root."""
    module = project.modules[app.path]
    root = import_root(project, module) if "sys.path" in module.text else app.root
    roots = [module, *migration_modules(project), *settings_modules(project, root)]
    return project.reachable_from(roots, root)


def _fixed(
    project: Project, database: FoundDatabase, near: Sequence[Module], source: str
) -> dict[str, str]:
    """Parts of the database's address that stand in the source."""
    if database.guessed:
        return fixed_in_source(near, source)
    return fixed_beside_variables(database.env.values(), near, source, _services(project))


def _start(app: FoundApp) -> Path:
    """A command in the parent of src finds the modules in src, and the dotenv file next to it."""
    below_src = app.root.name == "src" and not (app.root / "alembic.ini").exists()
    return app.root.parent if below_src else app.root


def _prepared(
    project: Project, app: FoundApp, start: Path, commands: Sequence[Command], source: str,
    env: Mapping[str, str],
) -> FoundSetup:  # fmt: skip
    whole = next((name for name, text in env.items() if WHOLE_FORM.match(text)), "")
    return find_setup(project, start, commands, source, whole, app.module)


def _known(
    settings: Sequence[Setting], dotenv: Sequence[DotenvEntry], compose: Mapping[str, Known]
) -> Iterator[Known]:
    """Each variable with its best value: from a compose file, a dotenv file, or the default."""
    in_files = {one.name: one for one in dotenv}
    read = {one.name for one in settings}
    for one in settings:
        entry = in_files.get(one.name)
        value = (compose[one.name].value if one.name in compose else "") or (
            entry.value if entry else "") or one.default or ""  # fmt: skip
        place = one.place if not entry else entry.place
        yield Known(
            name=one.name, value=value, place=place, read=True, composed=one.composed and not value
        )
    for entry in dotenv:
        if entry.name not in read:
            yield Known(name=entry.name, value=entry.value, place=entry.place, read=False)
    for name, known in compose.items():
        if name not in read and name not in in_files:
            yield known


def _services(project: Project) -> list[dict[str, Any]]:
    return [one for path in compose_files(project) for one in compose_services(path).values()]


def _alembic_address(root: Path) -> str:
    found = re.search(r"^sqlalchemy\.url\s*=.*$", read_text(root / "alembic.ini"), re.MULTILINE)
    return f"\n# {found[0]}" if found else ""


def _environment(
    settings: Sequence[Setting], dotenv: Sequence[DotenvEntry], known: Sequence[Known],
    told: Mapping[str, str], compose: Mapping[str, Known],
) -> tuple[dict[str, str], list[str]]:  # fmt: skip
    """Safe values for the settings that the lab does not set (``told``), with notes on changes."""
    entries = {one.name: one for one in dotenv}
    others = [one for one in known if one.name not in told and one.name not in NEVER
              and "TEST" not in one.name.upper()]  # fmt: skip
    closed = {one.name: safe for one in others if one.value
              and (safe := closed_value(one.name, one.value)) is not None}  # fmt: skip
    copied = {one.name: example_value(one.name, one.value) for one in others if one.value
              and one.read and one.name in entries and not entries[one.name].own}  # fmt: skip
    found = {**copied, **closed}
    demanded = _demanded(settings, entries, compose, {**found, **told})
    unset = [one for one in settings if one.default is None and one.name not in entries
             and one.name not in {**found, **told} and not one.composed]  # fmt: skip
    given = {one.name: value for one in (*demanded, *unset) if not SECRET_NAME.search(one.name)
             and one.name in compose and (value := compose[one.name].value)}  # fmt: skip
    invented = [one for one in demanded if one.name not in given]
    found |= {one.name: invented_value(one.name, one.annotation) for one in invented} | given
    shown = ", ".join(f"{one.name} ({one.place})" for one in invented)
    notes = [f"invented: {shown} had no value"] if invented else []
    if closed:
        notes.insert(0, f"closed: {', '.join(closed)} led outside the lab, now to an address that"
                        " refuses")  # fmt: skip
    return found, notes


def _demanded(
    settings: Sequence[Setting], entries: Mapping[str, DotenvEntry],
    compose: Mapping[str, Known], set_already: Mapping[str, str],
) -> list[Setting]:  # fmt: skip
    """The settings that the app demands, or uses as if they were always set, and nothing sets."""
    own = {name for name, entry in entries.items() if entry.own and entry.value
           and name not in compose}  # fmt: skip
    return [
        one for one in settings
        if one.required and (one.strict or HOPED_FOR.search(one.name))
        and one.name not in set_already and one.name not in own
    ]  # fmt: skip

"""An app that no module holds: a script makes it of its parts, and starts the server.

python src/start.py   ─▶ env SERVING_PORT={port} python src/start.py
      └─imports─▶ server.py: uvicorn.Config(self.app(), port=port)      settings.py: SERVING_PORT
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from squall.config.init.find_app import FoundApp, import_root, is_server_call
from squall.config.init.find_settings import Setting
from squall.config.init.project import Module, Project, relative_place
from squall.config.init.start_commands import Command

PYTHON = re.compile(r"\bpython3?\s+(?P<file>[\w./-]+\.py|-m\s+(?P<module>[\w.]+))(?=\s|$)")
PORT = re.compile(r"(?:^|_)PORT$", re.IGNORECASE)
OF_OTHERS = re.compile(
    r"DB|DATABASE|POSTGRES|PG|SQL|REDIS|CACHE|MAIL|SMTP|RABBIT|AMQP|KAFKA|MONGO|ELASTIC|METRIC"
    r"|PROMETHEUS|JAEGER|OTEL|SENTRY|DEBUG",
    re.IGNORECASE,
)
"""Ports of servers that the app calls, or of its own second one."""


def find_scripts(project: Project, commands: Iterable[Command]) -> list[FoundApp]:
    """The scripts that start a server, those that a command names first."""
    starts = [one for one in project.modules.values() if _is_script(one)]
    found = {}
    for module in starts:
        root = import_root(project, module)
        if any(_starts_server(one) for one in project.reachable_from([module], root)):
            found[module.path] = module
    others = ((module, "it starts a server") for module in found.values())
    unique: dict[Path, FoundApp] = {}
    for module, why in (*_named(found.values(), commands), *others):
        unique.setdefault(module.path, _placed(project, module, why))
    return list(unique.values())


def command_of(app: FoundApp, settings: Iterable[Setting], told: Iterable[str]) -> str:
    """The command that starts the script on a port of the lab; empty if no variable sets it."""
    names = [one.name for one in settings if PORT.search(one.name)
             and not OF_OTHERS.search(one.name) and one.name not in set(told)]  # fmt: skip
    return f"env {min(names, key=len)}={{port}} {app.script}" if names else ""


def _is_script(module: Module) -> bool:
    return "__main__" in module.text or module.path.name == "__main__.py"


def _starts_server(module: Module) -> bool:
    return any(
        isinstance(node, ast.Call) and is_server_call(node) for node in ast.walk(module.tree)
    )


def _named(modules: Iterable[Module], commands: Iterable[Command]) -> Iterator[tuple[Module, str]]:
    known = list(modules)
    for command in commands:
        for found in PYTHON.finditer(command.text):
            dotted = found["module"] or ""
            file = dotted.replace(".", "/") if dotted else found["file"].lstrip("./")
            ends = (f"/{file}.py", f"/{file}/__main__.py") if dotted else (f"/{file}",)
            inside = file.split("/", 1)[-1]  # of /app/src/start.py in a container
            for one in known:
                path = one.path.as_posix()
                if path.endswith(ends) or ("/" in inside and path.endswith(f"/{inside}")):
                    yield one, command.place


def _placed(project: Project, module: Module, why: str) -> FoundApp:
    root = import_root(project, module)
    start = root.parent if root.name == "src" and not (root / "alembic.ini").exists() else root
    dotted = ".".join(module.path.relative_to(root).with_suffix("").parts)
    relative = any(level for _, level, _ in module.imported())
    file = relative_place(module.path, start)
    script = f"python -m {dotted.removesuffix('.__main__')}" if relative else f"python {file}"
    return FoundApp(module=dotted, name="", factory=False, root=root, path=module.path, line=1,
                    why=why, script=script)  # fmt: skip

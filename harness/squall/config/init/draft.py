"""The configuration that ``init`` drafts. A trial start corrects it; then it is written as
a table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from squall.config.dependencies import Dependency
from squall.config.init.scan_source import Detected
from squall.workload.login import Login
from squall.workload.operations import Operation

FURTHER = (
    '# ready = "/readyz"            # a probe that must tell the truth',
    '# written_keys = "SELECT key, count(*) FROM … GROUP BY key"   # checks writes for loss',
)
LIVENESS = re.compile(r"/(livez|live|liveness|alive)/?$")
"""``/health`` may be either, and an app that answers 503 there may be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The contents of ``[tool.squall]``."""

    app: str
    factory: bool = False
    directory: str = ""
    below: Mapping[str, str] = field(default_factory=dict)
    """Modules that may be imported from a folder in the directory, with that; not written."""
    python: str = ""
    database: Mapping[str, str] = field(default_factory=dict)
    database_env: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    setup: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    openapi: str = ""
    openapi_mounted: tuple[str, ...] = ()
    websockets: tuple[str, ...] = ()
    writes: bool = False
    live: str = ""
    """A liveness probe by its name, which is never one of readiness."""
    login: tuple[Login, ...] = ()
    dependencies: tuple[Dependency, ...] = ()

    def table(self) -> str:
        """The text of the table."""
        lines = ["[tool.squall]", f"app = {json.dumps(self.app)}"]
        lines += ["factory = true"] * self.factory
        for key in ("directory", "python"):
            if text := getattr(self, key):
                lines.append(f"{key} = {json.dumps(text)}")
        if self.database:
            lines.append(f"database = {_inline(self.database)}")
        lines.append(f"database_env = {_inline(self.database_env)}")
        if self.environment:
            lines.append(f"environment = {_inline(self.environment)}")
        for key, commands in (("setup", self.setup), ("seed", self.seed)):
            if commands:
                lines.append(f"{key} = {_list(commands)}")
        if self.openapi:
            lines.append(f"openapi = {json.dumps(self.openapi)}")
        for key in ("openapi_mounted", "websockets"):
            if paths := getattr(self, key):
                lines.append(f"{key} = {_list(paths)}")
        lines += ["writes = true"] * self.writes
        lines += ["deadline_seconds = 3.0"]
        lines += [f"live = {json.dumps(self.live)}"] if self.live else []
        lines += FURTHER
        lines += self._array_tables()
        return "\n".join(lines) + "\n"

    def _array_tables(self) -> list[str]:
        """The lines of the arrays of tables."""
        lines: list[str] = []
        for needed in self.dependencies:
            lines += ["", "[[tool.squall.dependencies]]", f"name = {json.dumps(needed.name)}"]
            lines += [f"kind = {json.dumps(needed.kind)}"]
            lines += [f"environment = {_inline(needed.environment)}"]
            for each in needed.answers:
                lines += ["", "[[tool.squall.dependencies.answers]]", f"path = {_value(each.path)}"]
                lines += [f"method = {_value(each.method)}"] if each.method != "GET" else []
                lines += [f"json = {_value(each.json)}"]
        for one in self.login:
            lines += ["", "[[tool.squall.login]]"]
            lines += [f"role = {json.dumps(one.role)}"] if one.role else []
            lines += [f"path = {json.dumps(one.path)}"] if one.path else []
            lines += [f"accept = {list(one.accept)}"] if one.accept else []
            lines += [f"sql = {_list(one.sql)}"] if one.sql else []
            lines += [f"basic = {_inline(one.basic)}"] if one.basic else []
            lines += [f"form = {_inline(one.form)}"] if one.form else []
            lines += [f"json = {_value(one.json)}"] if one.json is not None else []
            lines += [f"header = {_inline(one.header)}"] if one.header else []
        return lines


def liveness_of(operations: Iterable[Operation]) -> str:
    """The path of a liveness probe among these; empty if none has such a name."""
    paths = [one.path for one in operations if one.method == "GET"]
    return min((path for path in paths if LIVENESS.search(path)), key=len, default="")


def draft_of(found: Detected, *, python: str = "") -> Draft:
    """The first draft, from the source alone."""
    return Draft(
        app=found.app,
        factory=found.factory,
        directory=found.folder,
        below=found.below,
        python=python,
        database=found.database,
        database_env=found.database_env,
        environment=found.environment,
        setup=found.setup,
        seed=found.seed,
        dependencies=found.dependencies,
        openapi=found.http.openapi,
        openapi_mounted=found.http.mounted,
        websockets=found.websockets,
    )


def _inline(table: Mapping[str, object]) -> str:
    """An inline TOML table. JSON strings are valid TOML basic strings."""
    return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in table.items()) + "}"


def _key(name: str) -> str:
    bare = name.replace("-", "_")
    return name if bare.isidentifier() and bare.isascii() else json.dumps(name)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return _inline({str(name): one for name, one in value.items()})
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # TOML accepts neither \u007f nor lone surrogates; settings are plain texts.
    return json.dumps(value, ensure_ascii=False)


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(json.dumps(text) for text in texts) + "]"

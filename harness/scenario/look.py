"""What an app's source tells without running it: where the app is, how it finds its database.

A first guess for ``squall init``, to be read by a person; every guess says where it comes from.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.scenario import look_env

SKIPPED = {
    ".venv", "venv", ".git", "node_modules", "tests", "test", "migrations", "alembic",
    "site-packages",
}  # fmt: skip
MOST_FILES = 2000
DATABASE_NAME = re.compile(
    r"\b([A-Z][A-Z0-9_]*(?:DATABASE|DB|POSTGRES)[A-Z0-9_]*(?:URL|URI|DSN))\b"
    r"|\b((?:DATABASE|DB|POSTGRES|PG)_(?:URL|URI|DSN)|database_url)\b"
)
REQUIRED = re.compile(r"\bos\.environ\[\s*[\"'](\w+)[\"']\s*\](?!\s*=[^=])")
"""Read, not set, and without a default."""
FORMS = ("asyncpg", "psycopg2", "psycopg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The guesses; empty when nothing was found."""

    app: str = ""
    factory: bool = False
    app_place: str = ""
    """``file:line`` of the app."""
    database_env: Mapping[str, str] = field(default_factory=lambda: {"DATABASE_URL": "{url}"})
    """Variables with the database's address, or with its parts, as templates."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What an example of a .env file has besides, when the app has no .env file of its own."""
    setup: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    """Variables without which the source does not run, and that nothing above gives."""


def look(directory: Path) -> Found:
    """Look at every Python file below a directory, without importing any."""
    texts = {path: _text(path) for path in _sources(directory)}
    app, factory, place = _app(directory, texts)
    whole = "\n".join(texts.values())
    example, own = look_env.examples(directory), look_env.own(directory)
    database_env = _database_env(whole, {**example, **own})
    given = {*database_env, *example, *own}
    return Found(
        app=app,
        factory=factory,
        app_place=place,
        database_env=database_env,
        environment={} if own else {k: v for k, v in example.items() if k not in database_env},
        setup=("alembic upgrade head",) if (directory / "alembic.ini").exists() else (),
        required=tuple(sorted(set(REQUIRED.findall(whole)) - given)),
    )


def _database_env(source: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Whole addresses from examples come first, then parts, then what the source names."""
    whole = look_env.addresses(variables)
    parts = look_env.address_in_parts(iter(variables))
    parts = parts or look_env.address_in_parts(look_env.settings_fields(source))
    if whole or parts:
        return {**parts, **whole}
    named = DATABASE_NAME.search(source)
    name = next((group for group in named.groups() if group), "") if named else ""
    forms = [
        form for form in FORMS if re.search(rf"\+{form}\b|^import {form}\b", source, re.MULTILINE)
    ]
    return {name.upper() or "DATABASE_URL": f"{{{forms[0] if forms else 'url'}}}"}


def _sources(directory: Path) -> Iterator[Path]:
    count = 0
    for path in sorted(directory.rglob("*.py"), key=lambda path: (len(path.parts), str(path))):
        if SKIPPED & set(path.relative_to(directory).parts[:-1]) or count >= MOST_FILES:
            continue
        count += 1
        yield path


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _app(directory: Path, texts: dict[Path, str]) -> tuple[str, bool, str]:
    """The first ``name = FastAPI(…)`` of a module, else the first function that returns one."""
    made: list[tuple[str, bool, str]] = []
    package = any(re.search(r"^(from|import) src\b", text, re.MULTILINE) for text in texts.values())
    for path, text in texts.items():
        if "FastAPI(" not in text:
            continue
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        for name, factory, line in _apps(tree):
            shown = path.relative_to(directory)
            made.append((f"{_module(shown, package=package)}:{name}", factory, f"{shown}:{line}"))
    made.sort(key=lambda found: found[1])  # an app comes before a factory
    return made[0] if made else ("", False, "")


def _apps(tree: ast.Module) -> Iterator[tuple[str, bool, int]]:
    makers = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and _makes_one(node)
    }
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and (
            _is_fastapi(node.value) or _called(node.value) in makers
        ):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                yield target.id, False, node.lineno
        elif isinstance(node, ast.FunctionDef) and not node.args.args and _makes_one(node):
            yield node.name, True, node.lineno


def _makes_one(function: ast.FunctionDef) -> bool:
    return any(_is_fastapi(getattr(inner, "value", None)) for inner in ast.walk(function))


def _is_fastapi(node: ast.expr | None) -> bool:
    return _called(node) == "FastAPI"


def _called(node: ast.expr | None) -> str:
    """The name of what is called, without its module; empty when nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else str(getattr(called, "id", ""))


def _module(path: Path, *, package: bool) -> str:
    parts = list(path.with_suffix("").parts)
    # `src/shop/main.py` is shop.main; `src/main.py` of a package src is src.main, as its authors
    # import it.
    if parts[0] == "src" and not package:
        parts = parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

"""Find switches without which an app ends when it starts, or uses another database.

``if not settings.ok: sys.exit(1)`` · ``if settings.db_engine == "postgres": …``, sqlite by default
``assert settings.mail_configured``, which is ``bool(self.MAIL_HOST and self.MAIL_SENDER)``
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from squall.config.init.find_settings import Setting
from squall.config.init.project import Module
from squall.config.init.safe_values import invented_value

KIND = re.compile(
    r"(?:^|_)(?:DB|DATABASE|SQL)_?(?:ENGINE|TYPE|KIND|BACKEND|DIALECT|PROVIDER)$", re.IGNORECASE
)
OTHER_KIND = re.compile(r"^(?:sqlite|mysql|mariadb)\w*$", re.IGNORECASE)
POSTGRES_KIND = re.compile(r"^(?:postgres|postgresql|pgsql|psql|pg)$", re.IGNORECASE)
ENDS = {"sys.exit", "exit", "quit", "os._exit"}


def complete(
    settings: Sequence[Setting], modules: Sequence[Module], environment: dict[str, str],
    told: Iterable[str],
) -> list[str]:  # fmt: skip
    """Set what the app demands besides what has no value. Returns notes. ``told``: set already."""
    return [
        *_switch_on(settings, modules, environment),
        *_choose_postgres(settings, modules, environment),
        *_complete_checked(settings, modules, environment, told),
    ]


def _switches(settings: Iterable[Setting], modules: Iterable[Module]) -> list[Setting]:
    """Settings that are false by default and end the app unless they are true."""
    demanded = {name.lower() for module in modules for name in _demanded(module)}
    return [
        one
        for one in settings
        if one.name.lower() in demanded and (one.default or "").lower() in ("false", "0", "")
        and (one.annotation == "bool" or one.default is not None)
    ]  # fmt: skip


def _demanded(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.UnaryOp)):
            continue
        asked = node.test.operand
        if isinstance(node.test.op, ast.Not) and isinstance(asked, ast.Attribute) and any(
            _ends(inner) for one in node.body for inner in ast.walk(one)):  # fmt: skip
            yield asked.attr


def _complete_checked(
    settings: Iterable[Setting], modules: Sequence[Module], environment: dict[str, str],
    told: Iterable[str],
) -> list[str]:  # fmt: skip
    """Invent the optional settings of a property that the source asserts. Returns notes."""
    asserted = {name for module in modules for name in _asserted(module)}
    read = {name.lower() for module in modules for name in _read_by(asserted, module)}
    told = {*told, *environment}
    lacking = [one for one in settings if one.name.lower() in read and not one.default
               and one.name not in told]  # fmt: skip
    environment |= {one.name: invented_value(one.name, one.annotation) for one in lacking}
    return [f"invented: {one.name} ({one.place}), which the source asserts" for one in lacking]


def _asserted(module: Module) -> Iterator[str]:
    """Attributes without which an assertion fails, or an error is raised."""
    for node in ast.walk(module.tree):
        test = node.test if isinstance(node, ast.Assert) else None
        if isinstance(node, ast.If) and any(isinstance(one, ast.Raise) for one in node.body):
            negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
            test = node.test.operand if negated else None  # type: ignore[attr-defined]
        if isinstance(test, ast.Attribute):
            yield test.attr


def _read_by(properties: set[str], module: Module) -> Iterator[str]:
    """The attributes of its own object that a property reads."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef) and node.name in properties and any(
            "property" in ast.unparse(one) for one in node.decorator_list):  # fmt: skip
            for inner in ast.walk(node):
                if isinstance(inner, ast.Attribute) and ast.unparse(inner.value) == "self":
                    yield inner.attr


def _ends(node: ast.AST) -> bool:
    """Whether the process ends here."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ENDS
    return isinstance(node, ast.Raise) and "SystemExit" in ast.unparse(node)


def _switch_on(
    settings: Sequence[Setting], modules: Sequence[Module], environment: dict[str, str]
) -> list[str]:
    """Set the switches without which the app ends. Returns notes."""
    switches = _switches(settings, modules)
    environment |= {one.name: "true" for one in switches}
    return [f"switched on: {one.name} ({one.place}), without which the app ends"
            for one in switches]  # fmt: skip


def _choose_postgres(
    settings: Iterable[Setting], modules: Sequence[Module], environment: dict[str, str]
) -> list[str]:
    """Set the kind of database to the word that the source has for PostgreSQL. Returns notes."""
    word = next((text for module in modules for text in _texts(module)
                 if POSTGRES_KIND.match(text)), "")  # fmt: skip
    chosen = [one for one in settings if word and KIND.search(one.name)
              and OTHER_KIND.match(environment.get(one.name, one.default or ""))]  # fmt: skip
    environment |= {one.name: word for one in chosen}
    return [f"chosen: {one.name} = {word} ({one.place}), instead of another database"
            for one in chosen]  # fmt: skip


def _texts(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value

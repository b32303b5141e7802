"""The variables that an app reads: settings of pydantic, Starlette and decouple, and os.environ."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from squall.config.init.project import Module, Project
from squall.config.init.settings_classes import settings_of_classes

NEVER = {
    "PATH", "HOME", "USER", "PWD", "SHELL", "VIRTUAL_ENV", "PYTHONPATH", "CI", "TMPDIR", "LANG",
    "TERM", "HOSTNAME", "EDITOR", "LOGNAME", "TZ", "PYTEST_CURRENT_TEST", "PYTHONUNBUFFERED",
}  # fmt: skip
"""Variables that every process has. They are not settings of the app and are never written."""

CONFIG_LIBRARIES = re.compile(r"starlette\.config|decouple|\benvirons\b|\benviron\b")
CONFIG_OBJECTS = re.compile(
    r"^(?:config|_config|env|_env|environ|settings_config|decouple\.config)$"
)
READERS = ("decouple", "starlette.config", "environs", "os")
NUMBERS = ("int", "float")
VARIABLE = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One variable."""

    name: str
    default: str | None
    """None if there is no default, or a computed one."""
    required: bool
    """Whether the source fails without it."""
    place: str
    """``file:line``."""
    annotation: str = ""
    strict: bool = True
    """Whether the source itself demands it; ``os.getenv("X")`` does not."""
    composed: bool = False
    """Whether its default is computed from other values."""


def find_settings(project: Project, modules: Iterable[Module]) -> list[Setting]:
    """The variables of the modules. The first place counts; a required one takes precedence."""
    kept: dict[str, Setting] = {}
    for module in modules:
        for one in (*_read_by_calls(project, module), *_read_by_subscript(project, module)):
            if one.name not in NEVER and not (one.name in kept and kept[one.name].required):
                kept[one.name] = one
    for field in settings_of_classes(modules):
        if field.name not in NEVER:
            kept.setdefault(field.name, Setting(
                name=field.name, default=field.default, required=field.required,
                place=project.shown(field.module.path, field.line), annotation=field.annotation,
                composed=field.composed,
            ))  # fmt: skip
    return list(kept.values())


def _read_by_calls(project: Project, module: Module) -> Iterator[Setting]:
    library = bool(CONFIG_LIBRARIES.search(module.text))
    used = _used_at_once(module.tree)
    renamed = _renamed(module.tree)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.args[0]
        first, dot, rest = ast.unparse(node.func).partition(".")
        called = renamed.get(first, first) + dot + rest
        getenv = called in {"os.getenv", "getenv", "os.environ.get", "environ.get"}
        owner = called.rsplit(".", 1)[0] if called.count(".") else called
        wants = library and (CONFIG_OBJECTS.match(called) or CONFIG_OBJECTS.match(owner))
        if not (getenv or wants) or not isinstance(name, ast.Constant):
            continue
        if not isinstance(name.value, str) or not VARIABLE.match(name.value):
            continue
        given = next((one.value for one in node.keywords if one.arg == "default"), None)
        if given is None and len(node.args) > 1 and not called.endswith("config"):
            given = node.args[1]
        demanded = given is None and (not getenv or node in used)
        yield Setting(
            name=name.value, default=constant_text(given), required=given is None,
            place=project.shown(module.path, node.lineno),
            annotation=_cast(node) or used.get(node, ""), strict=demanded,
        )  # fmt: skip


def _used_at_once(tree: ast.Module) -> dict[ast.Call, str]:
    """Calls whose result is used at once, so that None fails: ``int(os.getenv("X"))``, with the
    type, and ``os.getenv("X").split(",")``.
    """
    found: dict[ast.Call, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
            found.setdefault(node.value, "")
        is_number = isinstance(node, ast.Call) and ast.unparse(node.func) in NUMBERS
        if isinstance(node, ast.Call) and is_number and node.args:
            first = node.args[0]
            found |= {first: ast.unparse(node.func)} if isinstance(first, ast.Call) else {}
    return found


def _renamed(tree: ast.Module) -> dict[str, str]:
    """Readers of settings under other names: ``from decouple import config as conf``, and objects
    of a reader's class, ``settings = Config(".env")``.
    """
    renamed: dict[str, str] = {}
    classes: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in READERS:
            renamed |= {one.asname: one.name for one in node.names if one.asname}
            classes |= {one.asname or one.name for one in node.names if one.name[0].isupper()}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        if ast.unparse(node.value.func) in classes:
            renamed |= {one.id: "config" for one in node.targets if isinstance(one, ast.Name)}
    return renamed


def _asked_for(tree: ast.Module) -> set[str]:
    """Variables that a module reads only where they are set: ``if "X" in os.environ:``."""
    return {
        node.left.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Constant)
        and isinstance(node.left.value, str)
        and isinstance(node.ops[0], ast.In)
        and ast.unparse(node.comparators[0]) in {"os.environ", "environ"}
    }


def _read_by_subscript(project: Project, module: Module) -> Iterator[Setting]:
    optional = _asked_for(module.tree) if "environ" in module.text else set[str]()
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Load)
            and ast.unparse(node.value) in {"os.environ", "environ"}
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            place, name = project.shown(module.path, node.lineno), node.slice.value
            yield Setting(name=name, default=None, required=name not in optional, place=place)


def _cast(call: ast.Call) -> str:
    cast = next((one.value for one in call.keywords if one.arg == "cast"), None)
    method = ast.unparse(call.func).rsplit(".", 1)[-1]
    return ast.unparse(cast) if cast is not None else method if method in ("int", "bool") else ""


def constant_text(node: ast.expr | None) -> str | None:
    """A constant as the text of a variable; None for computed values."""
    if isinstance(node, ast.Constant) and node.value is not None and node.value is not ...:
        return str(node.value)
    return None

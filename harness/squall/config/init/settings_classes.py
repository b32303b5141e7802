"""The fields of pydantic settings classes (versions 1 and 2) as environment variables.

class Settings(BaseSettings):                     SHOP_DB_HOST, default "localhost"
    db_host: str = "localhost"
    model_config = SettingsConfigDict(env_prefix="SHOP_")
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from squall.config.init.project import Module

OPTIONS = ("env_prefix", "env_nested_delimiter", "case_sensitive")


@dataclass(frozen=True, slots=True)
class SettingsField:
    """One variable of a class."""

    name: str
    default: str | None
    required: bool
    module: Module
    line: int
    annotation: str
    composed: bool = False
    """Whether its default is computed from other values, such as ``f"{HOST}:{PORT}"``."""


CLASS_AND_VALUE = 2
"""The arguments of a validator that sees nothing but its own value."""


@dataclass(frozen=True, slots=True)
class _Class:
    module: Module
    node: ast.ClassDef
    bases: tuple[str, ...]


def settings_of_classes(modules: Iterable[Module]) -> Iterator[SettingsField]:
    """Every field of every settings class."""
    classes = {
        node.name: _Class(module, node, tuple(_last(base) for base in node.bases))
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }
    filled = {
        inner.node.name
        for name, one in classes.items()
        if _options(name, classes).get("env_nested_delimiter")
        for node in one.node.body
        if isinstance(node, ast.AnnAssign) and (inner := _nested(node, classes, filled=True))
    }
    for name, one in classes.items():
        if name not in filled and _is_a(name, "BaseSettings", classes):
            yield from _fields(one, _options(name, classes), classes)


def _is_a(name: str, wanted: str, classes: Mapping[str, _Class], depth: int = 6) -> bool:
    if name == wanted:
        return True
    one = classes.get(name)
    return bool(one and depth) and any(
        _is_a(base, wanted, classes, depth - 1) for base in (one.bases if one else ())
    )


def _options(name: str, classes: Mapping[str, _Class], depth: int = 6) -> dict[str, object]:
    """Prefix, delimiter and case sensitivity, defined in the class or inherited."""
    one = classes.get(name)
    if one is None or not depth:
        return {}
    found: dict[str, object] = {}
    for base in reversed(one.bases):
        found |= _options(base, classes, depth - 1)
    for keyword in one.node.keywords:
        found |= _constants({keyword.arg or "": keyword.value})
    for node in one.node.body:
        if isinstance(node, ast.ClassDef) and node.name == "Config":
            for inner in node.body:
                if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
                    found |= _constants({inner.targets[0].id: inner.value})
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        found |= _config(value, one.module)
    return found


def _config(value: ast.expr | None, module: Module, depth: int = 6) -> dict[str, object]:
    """The options in ``SettingsConfigDict(…)``, in a dict, in ``SHARED | {…}`` or in a constant."""
    if isinstance(value, ast.Call):
        return _constants({one.arg or "": one.value for one in value.keywords})
    if isinstance(value, ast.Dict):
        keys = [getattr(key, "value", "") for key in value.keys]
        return _constants(dict(zip(map(str, keys), value.values, strict=True)))
    if isinstance(value, ast.BinOp):
        return _config(value.left, module, depth) | _config(value.right, module, depth)
    if not isinstance(value, ast.Name) or not depth:
        return {}
    for node in module.tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == value.id:
            return _config(getattr(node, "value", None), module, depth - 1)
    return {}


def _constants(given: Mapping[str, ast.expr]) -> dict[str, object]:
    return {
        name: node.value
        for name, node in given.items()
        if name in OPTIONS and isinstance(node, ast.Constant)
    }


def _fields(
    one: _Class,
    options: Mapping[str, object],
    classes: Mapping[str, _Class],
    above: str = "",
    depth: int = 6,
) -> Iterator[SettingsField]:
    prefix = above or str(options.get("env_prefix", ""))
    for base in _plain_bases(one, classes) if depth else ():
        yield from _fields(base, options, classes, above, depth - 1)
    delimiter = str(options.get("env_nested_delimiter") or "")
    for node in one.node.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        field = node.target.id
        if not _is_field(field, node):
            continue
        nested = _nested(node, classes, filled=bool(delimiter))
        if nested is not None and delimiter and depth:
            inner = f"{prefix}{field}{delimiter}".upper()
            yield from _fields(nested, options, classes, inner, depth - 1)
            continue
        if nested is not None or any(_is_a(name, "BaseSettings", classes)
                                     for name in _names(node.annotation)):  # fmt: skip
            continue  # computed from variables of the same class
        keep_case = options.get("case_sensitive") is True
        usual = prefix + field if keep_case else (prefix + field).upper()
        yield _field(one, node, _alias(node.value) or _old_alias(one.node, field) or usual)


def _nested(node: ast.AnnAssign, classes: Mapping[str, _Class], *, filled: bool) -> _Class | None:
    """The model of a field. A settings class without a default is ``filled`` as a model is, where
    there is a delimiter.
    """
    kinds = ("BaseModel", "BaseSettings") if filled and node.value is None else ("BaseModel",)
    found = (classes[name] for name in _names(node.annotation) if name in classes
             and any(_is_a(name, kind, classes) for kind in kinds))  # fmt: skip
    return next(found, None)


def _plain_bases(one: _Class, classes: Mapping[str, _Class]) -> list[_Class]:
    """Models whose fields a class inherits; a settings class gives its own variables."""
    return [classes[base] for base in one.bases
            if base in classes and not _is_a(base, "BaseSettings", classes)]  # fmt: skip


def _is_field(name: str, node: ast.AnnAssign) -> bool:
    hidden = name.startswith("_") or name == "model_config"
    return not hidden and "ClassVar" not in ast.unparse(node.annotation)


def _field(one: _Class, node: ast.AnnAssign, name: str) -> SettingsField:
    default, required = _default(node)
    composed = isinstance(node.value, (ast.JoinedStr, ast.BinOp)) or (
        not default and ast.unparse(node.target) in _assembled(one.node)
    )
    annotation = ast.unparse(node.annotation)
    return SettingsField(name, default, required, one.module, node.lineno, annotation, composed)


def _assembled(settings: ast.ClassDef) -> set[str]:
    """Fields that a validator makes of other fields: it gets them, before the field is parsed."""
    found: set[str] = set()
    for method in settings.body:
        others = isinstance(method, ast.FunctionDef) and len(method.args.args) > CLASS_AND_VALUE
        for call in method.decorator_list if isinstance(method, ast.FunctionDef) and others else []:
            if isinstance(call, ast.Call) and _last(call.func) in ("validator", "field_validator"):
                names = [one.value for one in call.args if isinstance(one, ast.Constant)]
                found |= {name for name in names if isinstance(name, str)}
    return found


def _default(node: ast.AnnAssign) -> tuple[str | None, bool]:
    value = node.value
    if isinstance(value, ast.Call) and _last(value.func) == "Field":
        named = {one.arg: one.value for one in value.keywords}
        value = value.args[0] if value.args else named.get("default")
        if value is None:
            return None, "default_factory" not in named
    if value is None:
        return None, True
    if isinstance(value, ast.Constant):
        return (None if value.value in (None, ...) else str(value.value)), value.value is ...
    return None, False


def _alias(value: ast.expr | None) -> str:
    if not isinstance(value, ast.Call) or _last(value.func) != "Field":
        return ""
    for one in value.keywords:
        if one.arg in ("env", "alias", "validation_alias"):
            given = one.value
            if isinstance(given, ast.Call) and given.args:
                given = given.args[0]
            if isinstance(given, (ast.List, ast.Tuple)) and given.elts:
                given = given.elts[0]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                return given.value
    return ""


def _old_alias(node: ast.ClassDef, field: str) -> str:
    """``class Config: fields = {"db": {"env": "X"}}``, the form of pydantic 1."""
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and inner.name == "Config":
            for one in ast.walk(inner):
                if isinstance(one, ast.Dict):
                    for key, value in zip(one.keys, one.values, strict=True):
                        if getattr(key, "value", None) == field and isinstance(value, ast.Dict):
                            found = [getattr(text, "value", "") for text in value.values]
                            return str(found[0]) if found else ""
    return ""


def _names(node: ast.expr) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Name, ast.Attribute)):
            yield _last(inner)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _last(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")

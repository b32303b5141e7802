"""Check TOML values against type hints with cattrs, without conversion.

By default cattrs turns 3 into "3", and a text into a tuple of letters. A configuration must not.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

import cattrs
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
)
from cattrs.gen import make_dict_structure_fn, override

from squall.core.suggestions import suggest_or_list

KINDS: Mapping[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ValueRule:
    """A condition in addition to the type, for use in ``Annotated``."""

    wanted: str
    holds: Callable[[Any], bool]


class WrongValue(ValueError):
    """The value does not have the expected type."""

    def __init__(self, wanted: str, value: object) -> None:
        super().__init__(f"must be {wanted}, got {value!r}")


class StrictConverter:
    """Checks values. It knows a dataclass after :meth:`know`."""

    def __init__(self) -> None:
        self._cattrs = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
        for kind in KINDS:
            self._cattrs.register_structure_hook(kind, _primitive)
        hooks: tuple[tuple[Callable[[Any], bool], Any], ...] = (
            (lambda hint: hint is Any, lambda value, _hint: value),
            (lambda hint: get_origin(hint) is Literal, _choice),
            (lambda hint: get_origin(hint) in (tuple, frozenset), self._list),
            (lambda hint: get_origin(hint) is typing.get_origin(Mapping[str, str]), self._table),
            (lambda hint: get_origin(hint) is Annotated, self._annotated),
        )
        for fits, hook in hooks:
            self._cattrs.register_structure_hook_func(fits, hook)

    def know(self, kind: type, *, private: frozenset[str] = frozenset(), **hints: Any) -> None:  # noqa: ANN401 - type hints
        """Register a dataclass as a table; ``hints`` are stricter types, ``private`` are
        not keys.
        """
        overrides: dict[str, Any] = {
            name: override(struct_hook=self._hook(hint)) for name, hint in hints.items()
        }
        overrides |= {name: override(omit=True) for name in private}
        structure: Any = make_dict_structure_fn(kind, self._cattrs, **overrides)
        self._cattrs.register_structure_hook(kind, structure)

    def _hook(self, hint: Any) -> Callable[[Any, Any], Any]:  # noqa: ANN401 - a type hint
        return lambda value, _type: self.check(value, hint)

    def check(self, value: object, hint: Any) -> Any:  # noqa: ANN401 - what the hint says
        """The value as its type.

        Raises:
            WrongValue: it does not have this type.
            cattrs.ClassValidationError: a table has problems; see :func:`problems_of`.
        """
        return self._cattrs.structure(value, hint)

    def _list(self, value: object, hint: Any) -> Any:  # noqa: ANN401 - what the hint says
        if not isinstance(value, list):
            raise WrongValue("a list", value)
        item = get_args(hint)[0]
        return get_origin(hint)(self.check(each, item) for each in value)

    def _table(self, value: object, hint: Any) -> Any:  # noqa: ANN401 - what the hint says
        if not isinstance(value, dict):
            raise WrongValue("a table", value)
        item = get_args(hint)[1]
        return {name: self.check(each, item) for name, each in value.items()}

    def _annotated(self, value: object, hint: Any) -> Any:  # noqa: ANN401 - what the hint says
        kind, *rules = get_args(hint)
        checked = self.check(value, kind)
        for rule in rules:
            if not rule.holds(checked):
                raise WrongValue(rule.wanted, value)
        return checked


def problems_of(error: ClassValidationError, known: list[str]) -> Iterator[tuple[str, str]]:
    """Key and message of each problem of a table: ``path``, ``path must be a text, got 3``."""
    for each in error.exceptions:
        if isinstance(each, ForbiddenExtraKeysError):
            for key in sorted(each.extra_fields):
                yield key, f"has no {key!r}; {suggest_or_list(key, known)}"
            continue
        notes = getattr(each, "__notes__", ())
        key = next((n.name for n in notes if isinstance(n, AttributeValidationNote)), "")
        if isinstance(each, ClassValidationError):
            inner = [one.name for one in dataclasses.fields(each.cl)]
            for name, text in problems_of(each, inner):
                yield name, f"{key}{' ' if text.startswith(('has', 'needs')) else ': '}{text}"
        elif isinstance(each, KeyError):
            yield key or str(each.args[0]), f"needs {each.args[0]}"
        else:
            yield key, f"{key} {each}"


def _primitive(value: object, kind: type) -> object:
    number = kind is float and isinstance(value, int) and not isinstance(value, bool)
    if not number and type(value) is not kind:
        raise WrongValue(KINDS[kind], value)
    if isinstance(value, float) and not math.isfinite(value):
        raise WrongValue(KINDS[kind], value)
    return float(value) if number else value  # type: ignore[arg-type] # a number


def _choice(value: object, hint: Any) -> object:  # noqa: ANN401 - a Literal
    choices = get_args(hint)
    if value not in choices:
        raise WrongValue(f"one of {', '.join(map(str, choices))}", value)
    return value

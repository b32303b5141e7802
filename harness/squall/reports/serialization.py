"""Frozen data to JSON and back, by type: evidence and lab options of a stored run.

cattrs follows the annotations, so a field added to one of these classes is stored and read without
a change here.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, TypeVar

from cattrs.errors import BaseValidationError
from cattrs.preconf.json import make_converter

from squall.core import events
from squall.core.errors import UsageError
from squall.core.mismatch import describe_mismatch

T = TypeVar("T")

_converter = make_converter(
    # sorted, so that the same run gives the same files
    unstruct_collection_overrides={AbstractSet: sorted}
)
_converter.register_structure_hook(Path, lambda value, _kind: Path(value))
_converter.register_unstructure_hook(Path, str)
_converter.register_structure_hook(events.Event, lambda value, _kind: events.from_json(value))
_converter.register_unstructure_hook(events.Event, events.to_json)


def to_json_data(value: object) -> Any:  # noqa: ANN401 - JSON
    """A value that ``json.dumps`` accepts."""
    return _converter.unstructure(value)


def from_json_data(kind: type[T], plain: object, *, where: str) -> T:
    """The inverse of :func:`to_plain`; UsageError naming ``where`` when it does not fit."""
    try:
        return _converter.structure(plain, kind)
    except BaseValidationError as error:
        told = describe_mismatch(error)
        raise UsageError(f"{where}: does not fit this version of Squall: {told}") from error

"""Events: every kind is known by its name, and comes back from JSON as it was."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from squall.core import events
from squall.core.counting import counted

VALUES: dict[str, Any] = {
    "str": "x",
    "int": 3,
    "float": 1.5,
    "bool": True,
    "int | None": 3,
    "float | None": 0.5,
    "list[str]": ["7", ""],
    "list[float]": [3.25, 3.5],
    "list[int]": [0, 2],
    "list[bool]": [True, False],
    "Mapping[str, float]": {"pool_in_use": 2.0},
    "Mapping[str, int]": {"app.org=1f2e": 2},
    "Mapping[str, str]": {"breaker_state": "open"},
    "Mapping[str, Mapping[str, int]]": {"run-1": {"insert orders": 1}},
    "Mapping[str, list[str]]": {"orders.id": ["7"]},
    "Mapping[str, list[float]]": {"mails.order_id": [3.25]},
}
KINDS = [
    kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, events.Event) and kind is not events.Event
]


def example(kind: type[events.Event]) -> events.Event:
    return kind(**{field.name: VALUES[str(field.type)] for field in dataclasses.fields(kind)})


def test_every_kind_of_the_module_is_registered() -> None:
    """One that is forgotten could be written, and never read again."""
    assert {kind.__name__: kind for kind in KINDS} == events.Event.KINDS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_is_one_flat_object_and_back(kind: type[events.Event]) -> None:
    event = example(kind)
    line = json.loads(json.dumps(events.to_json(event)))
    assert line["event"] == kind.__name__
    assert line["at"] == 1.5
    assert events.from_json(line) == event


def test_reading_leaves_the_line_as_it_is() -> None:
    line = events.to_json(events.RunEnded(at=1.0))
    events.from_json(line)
    assert line == {"event": "RunEnded", "at": 1.0}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"event": "Nothing", "at": 1.0}, KeyError),
        ({"at": 1.0}, KeyError),
        ({"event": "RunEnded"}, TypeError),
        ({"event": "RunEnded", "at": 1.0, "more": 1}, TypeError),
    ],
)
def test_what_is_no_event_is_an_error(line: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        events.from_json(line)


@pytest.mark.parametrize(
    ("count", "what", "told"),
    [
        (1, "app processes killed", "1 app process killed"),
        (2, "app processes killed", "2 app processes killed"),
        (1, "bytes of log not sent", "1 byte of log not sent"),
        (1, "sessions waiting for row locks", "1 session waiting for row locks"),
        (0, "nothing", "0 nothing"),
        (1, "nothing", "1 nothing"),
    ],
)
def test_a_bite_is_told_in_the_singular_or_plural(count: int, what: str, told: str) -> None:
    assert counted(count, what) == told

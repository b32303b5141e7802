"""Which field shows which column, where both have the same value by chance.

    PUT /notes/7 {"title": "k1", "text": "k1"}     notes.title = k1, notes.text = k1
    PUT /notes/7 {"title": "k2"}                   notes.title = k2, notes.text = k1

The first update fits the field ``title`` and the column ``text``, too. The second one shows that
they have nothing to do with each other: a read of ``title`` k2 is not behind the ``text`` k1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from squall.gates.row_log import Place


def is_namesake(field: str, column: str) -> bool:
    """Whether a field and a column have the same name: ``firstName`` and ``first_name``."""
    return _plain(field.rpartition(".")[2]) == _plain(column)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def without_chance(places: Iterable[Place]) -> set[Place]:
    """The places of an operation whose fields were learned by their values. A column that several
    fields fit belongs to the one of its name, or to none.
    """
    fields: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    found = set(places)
    for place in found:
        fields[place.table, place.identity, place.column].add(place.field)
    return {
        place
        for place in found
        if len(fields[place.table, place.identity, place.column]) == 1
        or is_namesake(place.field, place.column)
    }

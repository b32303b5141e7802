"""Which field shows which column, where both have the same value by chance.

    PUT /notes/7 {"title": "k1", "text": "k1"}     notes.title = k1, notes.text = k1
    PUT /notes/7 {"title": "k2"}                   notes.title = k2, notes.text = k1

The first update fits the field ``title`` and the column ``text``, too. The second one shows that
they have nothing to do with each other: a read of ``title`` k2 is not behind the ``text`` k1.
Where one number fits several columns, such as the order 1 in the post 1, few updates prove nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from squall.gates.row_log import Place

LEAST_VALUES = 3
"""Two small numbers may be alike by chance twice: an order of 1 in the post 1."""


def is_namesake(field: str, column: str) -> bool:
    """Whether a field and a column have the same name: ``firstName`` and ``first_name``."""
    return _plain(field.rpartition(".")[2]) == _plain(column)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def without_chance(places: Iterable[Place], sent: Iterable[Mapping[str, str]] = ()) -> set[Place]:
    """The places of an operation whose fields were learned by their values. A column that several
    fields fit belongs to the one of its name, or to none; so does a field that several columns fit,
    unless enough different values of it were ``sent`` to rule chance out.
    """
    fields: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    columns: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    found = set(places)
    for place in found:
        fields[place.table, place.identity, place.column].add(place.field)
        columns[place.field].add((place.table, place.column))
    varied = _varied(sent)
    return {
        place
        for place in found
        if is_namesake(place.field, place.column)
        or (
            len(fields[place.table, place.identity, place.column]) == 1
            and (len(columns[place.field]) == 1 or place.field in varied)
        )
    }


def _varied(sent: Iterable[Mapping[str, str]]) -> set[str]:
    values: defaultdict[str, set[str]] = defaultdict(set)
    for one in sent:
        for field, digest in one.items():
            values[field].add(digest)
    return {field for field, own in values.items() if len(own) >= LEAST_VALUES}

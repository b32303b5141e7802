"""The rows that the paths of requests name, as the server's log shows them.

PUT /items/7               items.id = 7
PUT /teams/3/figures/5     figures.team = 3 and figures.kind = 5, and not figures.kind = 6
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from squall.core.events import RowChanged
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import digest_of, digests_of_values


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a field of a request is stored."""

    field: str
    table: str
    identity: str
    """The column whose value the path names."""
    column: str
    keys: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    """All such columns in the order of the path, if one alone does not tell one row from another:
    ``PUT /teams/3/figures/5``.
    """


class RowLog:
    """The changes of rows that paths name."""

    def __init__(self, changes: Iterable[RowChanged]) -> None:
        self._of: defaultdict[str, list[RowChanged]] = defaultdict(list)
        for change in sorted(changes, key=lambda one: one.at):
            for value in set(change.ids.values()):
                self._of[value].append(change)

    def named_by(self, op: Op) -> Iterable[tuple[str, RowChanged]]:
        """The changes of rows that a segment of its path names, each with the column."""
        for segment in dict.fromkeys(op.segments):
            for change in self._of.get(segment, ()):
                for column, value in change.ids.items():
                    if value == segment:
                        yield column, change

    def of(self, op: Op, place: Place) -> list[RowChanged]:
        """The changes of the row at this place, in commit order; none if a path fits several rows,
        or the answer is of another one: ``GET /notes/11/lines/2`` is line 2, and not line 11.
        """
        found = [
            change
            for column, change in self.named_by(op)
            if column == place.identity and change.table == place.table
            and place.column in change.values and _is_named(change, place.keys, op.segments)
        ]  # fmt: skip
        rows = {change.ids[place.identity] for change in found}
        return found if len(rows) == 1 and not _shows_another(op, place, *rows) else []

    def needs(self, table: str, identity: str, other: str) -> bool:
        """Whether rows with one value of ``identity`` differ in ``other``, which a path names."""
        found: defaultdict[str, set[str | None]] = defaultdict(set)
        for changes in self._of.values():
            for change in changes:
                if change.table == table and identity in change.ids:
                    found[change.ids[identity]].add(change.ids.get(other))
        return any(len(values) > 1 for values in found.values())


def _shows_another(op: Op, place: Place, key: str) -> bool:
    """Whether the answer has the key's column, with another value."""
    shown = digests_of_values(op.texts).get(place.identity)
    return shown is not None and shown != digest_of(key)


def _is_named(change: RowChanged, keys: Sequence[str], segments: Iterable[str]) -> bool:
    """Whether the path has the values of these columns, in this order."""
    left = iter(segments)
    return all(change.ids.get(key, "") in left for key in keys)


def read_log(evidence: Evidence) -> RowLog | None:
    """None if the server's log was not read."""
    if not evidence.knows_commits:
        return None
    return RowLog(event for event in evidence.events if isinstance(event, RowChanged))


def untouched(evidence: Evidence) -> Callable[[Op], bool]:
    """Whether no row that a path names was changed in the run; False if the log is unknown."""
    log = read_log(evidence)
    return lambda op: log is not None and not any(True for _ in log.named_by(op))

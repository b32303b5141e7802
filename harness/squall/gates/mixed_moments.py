"""Answers with the total of one moment and the lines of another, by the server's log.

    carts.total = 40, lines: 4        POST /carts/7/lines    each of its transactions changes both
    carts.total = 55, lines: 5
    GET /carts/7 ──▶ {"total": 40, "lines": [… 5 of them]}       no moment had this

Which field shows which column, and which list the rows of which table, is learned from reads beside
which nothing was committed. What is written in one part alone, and lists that end at a limit or
that lose rows, are not judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from squall.gates.committed_rows import CLOCK_SECONDS
from squall.gates.mixed_versions import LEAST, LEAST_WHOLE
from squall.gates.row_log import Place, RowLog, read_log
from squall.gates.stale_reads import SETTLED_SECONDS
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import digests_of_values, read_shape

LEAST_VALUES = 2
"""Different values of a field that agree with its column."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A field with its column, and a list with the table of its rows."""

    head: Place
    listed: str
    """``.lines``."""
    child: Place


@dataclass(frozen=True, slots=True)
class _Moment:
    """What a path names, from one commit to the next one."""

    at: float
    value: str
    rows: int
    """New rows until then."""


def mixed_moments(evidence: Evidence) -> list[Op]:
    """The reads whose parts no moment had together."""
    log = read_log(evidence)
    if log is None:
        return []
    reads: defaultdict[str, list[Op]] = defaultdict(list)
    for op in evidence.ops:
        if op.effect == "read" and op.good and not op.copy and op.texts and _lists(op):
            reads[op.name].append(op)
    found = (op for ops in reads.values() for pair in _pairs(ops, log)
             for op in _mixed(ops, pair, log))  # fmt: skip
    return list({op.id: op for op in found}.values())


def _pairs(ops: Sequence[Op], log: RowLog) -> Iterator[_Pair]:
    """What may belong together: columns of a row that the path names, and tables in which several
    rows name it.
    """
    rows: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    columns: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for op in ops:
        for identity, change in log.named_by(op):
            rows[change.table, identity].add((op.path, change.row))
            columns[change.table, identity] |= change.values.keys() - {identity}
    several = [key for key, seen in rows.items() if len(seen) > len({path for path, _ in seen})]
    fields = sorted(set().union(*(digests_of_values(op.texts) for op in ops)))
    lists = sorted({place for op in ops for place in _lists(op)})
    heads = [
        Place(field, table, identity, column)
        for (table, identity), own in sorted(columns.items()) if (table, identity) not in several
        for column, field in product(sorted(own), fields)
    ]  # fmt: skip
    children = [Place("", table, identity, "") for table, identity in sorted(several)]
    yield from (_Pair(*one) for one in product(heads, lists, children))


def _lists(op: Op) -> dict[str, int]:
    """The lists of the object, with their lengths."""
    shape = read_shape(op.shape)
    return {place: kind for place, kind in shape.items() if isinstance(kind, int) and place}


def _mixed(ops: Sequence[Op], pair: _Pair, log: RowLog) -> list[Op]:
    """The reads that show it, if the rest shows the pair as it was."""
    of_path: defaultdict[str, list[Op]] = defaultdict(list)
    for op in ops:
        if pair.head.field in digests_of_values(op.texts) and pair.listed in _lists(op):
            of_path[op.path].append(op)
    whole: list[str] = []
    mixed: list[Op] = []
    for own in of_path.values():
        moments = _moments(own[0], pair, log)
        calm = [(op, one) for op in own if (one := _only_moment(op, moments))]
        bases = {_lists(op)[pair.listed] - one.rows for op, one in calm}
        if any(_value(op, pair) != one.value for op, one in calm) or len(bases) > 1:
            return []  # it shows something else
        whole += [one.value for _, one in calm]
        mixed += [op for base in bases for op in own if _is_mixed(op, pair, moments, base)]
    enough = len(whole) >= LEAST_WHOLE and len(set(whole)) >= LEAST_VALUES
    return mixed if enough and len(mixed) >= LEAST else []


def _value(op: Op, pair: _Pair) -> str:
    return digests_of_values(op.texts)[pair.head.field]


def _moments(op: Op, pair: _Pair, log: RowLog) -> list[_Moment]:
    """In the order of commits; none if a transaction changed one part alone."""
    heads = {change.at: change.values[pair.head.column] for change in log.of(op, pair.head)}
    new: dict[str, float] = {}
    for identity, change in log.named_by(op):
        if (change.table, identity) == (pair.child.table, pair.child.identity):
            new.setdefault(change.row, change.at)
    if not heads or heads.keys() != set(new.values()) or "" in new:
        return []
    return [
        _Moment(at, value, sum(made <= at for made in new.values()))
        for at, value in sorted(heads.items())
    ]


def _only_moment(op: Op, moments: Sequence[_Moment]) -> _Moment | None:
    """The one that lasted as long as the read; None if another one began meanwhile, or it is not
    known what was there.
    """
    before = [one for one in moments if one.at <= op.done + CLOCK_SECONDS]
    return before[-1] if before and before[-1].at < op.sent - SETTLED_SECONDS else None


def _is_mixed(op: Op, pair: _Pair, moments: Iterable[_Moment], base: int) -> bool:
    """Whether both parts were there, and never together."""
    length, value = _lists(op)[pair.listed] - base, _value(op, pair)
    of_value = [one for one in moments if one.value == value]
    return any(one.rows == length for one in moments) and bool(of_value) and not any(
        one.rows == length for one in of_value
    )  # fmt: skip

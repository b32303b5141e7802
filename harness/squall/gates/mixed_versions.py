"""Answers whose parts never were together: the head of one version, the list of another.

    PUT /recipes/7 {"title": "a", "steps": ["a1", "a2"]}    committed whole
    PUT /recipes/7 {"title": "b", "steps": ["b1", "b2"]}    committed whole
    GET /recipes/7 ──▶ {"title": "a", "steps": ["b1", "b2"]}    two reads, and b came in between

It follows where each write to a thing says all its parts, in texts that no other write to it has:
then each part tells which write left it. So do numbers, if many writes differ in them. An operation
that shows such a mixture while nothing is written is not judged: others change its parts by right,
or a worker follows later.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from squall.gates.stored_updates import is_update
from squall.history.list_shape import read_lists
from squall.history.op import Op, Outcome
from squall.history.shape import NUMBER, read_texts

LEAST = 2
LEAST_WHOLE = 3
"""Answers whose parts belong together prove that they are shown as they were sent."""

LEAST_VERSIONS = 5
"""Fewer numbers that differ may come from a small range, and be alike later by chance."""

LEAST_NUMBERS = 2
"""In a list without texts."""

LIST = "[]"
Part = str
"""A field, or with ``[]`` behind it a list."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """What one path names: its versions by part, each known by the texts that it alone has."""

    writes: Sequence[Op]
    versions: Mapping[Part, Sequence[frozenset[str]]]

    def shown(self, read: Op) -> list[frozenset[int]]:
        """For each part that is known: the versions of which the answer may have it."""
        parts = _parts_of(read)
        known = (
            frozenset(number for number, own in enumerate(versions) if own <= parts[part])
            for part, versions in self.versions.items()
            if part in parts
        )
        return [one for one in known if one]

    def is_written(self, read: Op) -> bool:
        """Whether a write was under way at the time of this read, or may have been."""
        return any(
            one.sent < read.done and (math.inf if one.status is None else one.done) > read.sent
            for one in self.writes
        )


def mixed_versions(ops: Iterable[Op]) -> list[Op]:
    """The reads that show parts which no write left together."""
    ops = list(ops)
    whole: Counter[str] = Counter()
    mixed: defaultdict[str, list[Op]] = defaultdict(list)
    by_right: set[str] = set()
    for read, thing in _reads(ops):
        parts = thing.shown(read)
        if len(parts) < 2:  # noqa: PLR2004 - one part is always whole
            continue
        if frozenset.intersection(*parts):
            whole[read.name] += 1
        elif thing.is_written(read):
            mixed[read.name].append(read)
        else:
            by_right.add(read.name)
    return [
        op
        for name, reads in mixed.items()
        if name not in by_right and len(reads) >= LEAST and whole[name] >= LEAST_WHOLE
        for op in reads
    ]


def _reads(ops: Sequence[Op]) -> Iterable[tuple[Op, _Thing]]:
    things = _things(ops)
    for op in ops:
        if op.effect == "read" and op.good and op.lists and op.path in things:
            yield op, things[op.path]


def _things(ops: Sequence[Op]) -> Mapping[str, _Thing]:
    """Those that were written by nothing but whole updates."""
    writes = [op for op in ops if op.effect != "read" and op.outcome is not Outcome.REFUSED]
    updates: defaultdict[str, list[Op]] = defaultdict(list)
    for op in writes:
        if is_update(op) and op.lists:
            updates[op.path].append(op)
    others = [op.path for op in writes if not (is_update(op) and op.lists)]
    touched = {path for other in others for path in _and_above(other)}
    return {
        path: _Thing(own, versions)
        for path, own in updates.items()
        if path not in touched and (versions := _versions(own))
    }


def _and_above(path: str) -> Iterable[str]:
    """``/a/7/lines`` changes what ``/a/7`` shows."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _versions(updates: Sequence[Op]) -> Mapping[Part, Sequence[frozenset[str]]]:
    """Of each part the texts that one version alone has; only parts that every version tells."""
    bodies = {(op.wanted, op.lists): _parts_of(op, sent=True) for op in updates}
    versions = list(bodies.values())
    common = set.intersection(*(set(one) for one in versions))
    found: dict[Part, Sequence[frozenset[str]]] = {}
    for part in sorted(common):
        said = [one[part] for one in versions]
        own = _own_numbers(part, said) if any(map(_has_numbers, said)) else _own_texts(said)
        if all(own):
            found[part] = own
    return found if len(versions) > 1 else {}


def _own_texts(said: Sequence[frozenset[str]]) -> Sequence[frozenset[str]]:
    """Of each version what it alone has."""
    often = Counter(text for one in said for text in one)
    return [frozenset(text for text in one if often[text] == 1) for one in said]


def _own_numbers(part: Part, said: Sequence[frozenset[str]]) -> Sequence[frozenset[str]]:
    """All numbers of each version, if no two have the same."""
    few = LEAST_NUMBERS if part.endswith(LIST) else 1
    differ = len(set(said)) == len(said) >= LEAST_VERSIONS
    return said if differ and min(map(len, said)) >= few else [frozenset()]


def _has_numbers(digests: frozenset[str]) -> bool:
    return any(one.startswith(NUMBER) for one in digests)


def _parts_of(op: Op, *, sent: bool = False) -> dict[Part, frozenset[str]]:
    """Digests by part, of what was sent or of what is shown."""
    fields = read_texts(op.wanted if sent else op.texts)
    texts = {name: frozenset({digest}) for name, digest in fields.items()}
    return texts | {f"{name}{LIST}": digests for name, digests in read_lists(op.lists).items()}

"""Rows that belong together, as learned before the fault: all of them, once.

    in calm          transfers.id 7 ◀── entries.transfer_id, 2, before POST /transfers answers
    in the outage    transfers.id 9 ◀── entries.transfer_id, 1: by half
    in calm          orders.id 7 ◀── mails.order_id, 1, some time after the answer (a worker)
    in the outage    orders.id 9 ◀── mails.order_id, 2 that say the same: twice

It needs no key in the rows. A number is learned only if all requests before the fault have it. What
is written after the answer may be another request's, such as a payment that follows an order, so it
is never missed; and it counts as twice only if no other operation writes such rows, and what is
there twice says the same and was said in calm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from squall.core.events import FamilyCommitted
from squall.gates.committed_rows import (
    MIN_LEARNED,
    CommittedRows,
    Links,
    calm_writes,
    learn_links,
)
from squall.gates.usual_rows import NEW_ROWS
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities

TOLERANCE_SECONDS = 0.005
SETTLED_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Usual:
    """What the rows that one operation makes had in calm, for one column that refers to them."""

    operation: str
    parent: str
    column: str
    number: int
    at_once: bool
    """Whether all of them were committed before the answer."""
    said: frozenset[str]
    """Digests of what they said, if few said it."""


@dataclass(slots=True)
class OddFamilies:
    """Rows that are not as in calm."""

    half: list[tuple[FamilyCommitted, Usual]] = field(default_factory=list)
    twice: list[tuple[FamilyCommitted, Usual]] = field(default_factory=list)
    judged: int = 0


def odd_families(evidence: Evidence, rows: CommittedRows) -> OddFamilies:
    """The rows since the first fault whose relations are not whole, and those of any time to which
    something was added twice.
    """
    odd = OddFamilies()
    families = [one for one in evidence.events if isinstance(one, FamilyCommitted)]
    start = evidence.first_injected
    if not families or start is None:
        return odd
    known = [*evidence.calm.families, *families]
    usual = [one for one in _learn(evidence, rows, known) if _holds(one, known, start)]
    makers = Counter(parent for parent, _ in {(one.parent, one.operation) for one in usual})
    for family in families:
        own = [one for one in usual if one.parent == family.parent and makers[one.parent] == 1]
        odd.judged += bool(own) and family.at >= start
        for one in own:
            if family.at >= start and _is_half(family, one):
                odd.half.append((family, one))
            elif _is_twice(family, one):
                odd.twice.append((family, one))
    return odd


def writers_of(evidence: Evidence, odd: Iterable[tuple[FamilyCommitted, Usual]]) -> list[Op]:
    """The requests that made these rows, as far as their times tell."""
    pairs = list(odd)
    return [
        op
        for op in evidence.ops
        if any(op.name == one.operation and not op.good
               and op.sent <= family.at <= op.done for family, one in pairs)
    ]  # fmt: skip


def _holds(usual: Usual, families: Iterable[FamilyCommitted], start: float) -> bool:
    """Whether all such rows in calm are so, whoever made them. Of those just before the fault, a
    part may be missing because of it.
    """
    own = [one for one in families if one.parent == usual.parent and one.at < start]
    half = any(_is_half(one, usual) for one in own if one.at < start - SETTLED_SECONDS)
    counts = [sum(at < start for at in one.commits.get(usual.column, ())) for one in own]
    return not half and all(count <= usual.number for count in counts)


def _is_half(family: FamilyCommitted, usual: Usual) -> bool:
    return usual.at_once and len(family.commits.get(usual.column, ())) < usual.number


def _is_twice(family: FamilyCommitted, usual: Usual) -> bool:
    alike = family.alike.get(usual.column, ())
    if len(alike) <= usual.number:
        return False
    most, count = Counter(alike).most_common(1)[0]
    return count > usual.number and (not usual.said or most in usual.said)


def _learn(
    evidence: Evidence, rows: CommittedRows, families: Sequence[FamilyCommitted]
) -> Iterable[Usual]:
    by_id = {(one.parent, one.answered): one for one in families if one.answered}
    # What was accepted (202) is done later, and not twice either.
    links = learn_links(evidence, rows, accepted=True)
    start = evidence.first_injected or 0.0
    in_load = {(op.id, op.sent) for op in evidence.window("before")}
    for name, ops in calm_writes(evidence, accepted=True).items():
        others = tables_of_others(evidence, rows, links, name)
        for place, parent in links.get(name) or ():
            own = [(op, by_id.get((parent, identities(op).get(place, "")))) for op in ops]
            known = [(op, family) for op, family in own if family is not None]
            if len(known) == len(own) >= MIN_LEARNED:
                # The writes before the load are read before a worker has done its part of them.
                late = [(op, family) for op, family in known if (op.id, op.sent) in in_load]
                usual = list(_columns(name, parent, known, others, start))
                learned = {one.column for one in usual}
                later = _columns(name, parent, late, others, start) if late else ()
                yield from usual
                yield from (
                    one for one in later
                    if not one.at_once and one.column not in learned and len(late) >= MIN_LEARNED
                )  # fmt: skip


def _columns(
    name: str,
    parent: str,
    known: Sequence[tuple[Op, FamilyCommitted]],
    others: frozenset[str],
    start: float,
) -> Iterable[Usual]:
    """One for each column that refers to these rows as often in each of them. A worker may have
    done more for some of them since the fault.
    """
    for column in sorted({column for _, family in known for column in family.commits}):
        found = [(op, family.commits.get(column, [])) for op, family in known]
        number = min(len(commits) for _, commits in found)
        calm = [sum(at < start for at in commits) for _, commits in found]
        if not number or max(calm) > number:
            continue
        at_once = all(sorted(ats)[number - 1] <= op.done + TOLERANCE_SECONDS for op, ats in found)
        if not at_once and column.rpartition(".")[0] in others:
            continue
        said = Counter(word for _, family in known for word in family.alike.get(column, ()))
        few = frozenset(said) if len(said) * 2 <= len(known) else frozenset()
        yield Usual(name, parent, column, number, at_once, few)


def tables_of_others(
    evidence: Evidence, rows: CommittedRows, links: Mapping[str, Links | None], name: str
) -> frozenset[str]:
    """Tables into which other operations write: by the keys of their requests, and by the ids in
    their answers.
    """
    own = {op.key for op in evidence.ops if op.name == name}
    tables = {
        what.removeprefix(NEW_ROWS)
        for key, transactions in rows.by_key.items() if key not in own
        for one in transactions for what in one.keys[key] if what.startswith(NEW_ROWS)
    }  # fmt: skip
    for other, found in links.items():
        if other != name:
            tables |= {column.rpartition(".")[0] for _, column in found or ()}
    return frozenset(tables)

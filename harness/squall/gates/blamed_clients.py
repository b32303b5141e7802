"""Refusals that blame the client for the outage, and the opposite: strangers who are let in.

outage   POST /orders ──▶ 409 "a conflict"       nobody could look: 503 is right
outage   GET /orders without a token ──▶ 200     in calm 401: the check fails open
outage   GET /articles/8 ──▶ 200                 before and after it 403: the same
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from squall.core.events import FaultInjected, UnknownClientAnswered
from squall.gates.calm_answers import CalmAnswers
from squall.history.evidence import Evidence
from squall.history.op import Op

BLAMING = frozenset({401, 403, 404, 405, 410})
BLAMING_A_READ = frozenset({400, 409, 422, *range(300, 304), 307, 308})
"""For a request that was well-formed and without conflict a moment ago; and redirects."""
BLAMING_A_WRITE = frozenset({400, 409, 422})
"""While the database cannot be reached, nobody can know of a conflict. Where it answers with errors
or clients repeat writes, there may be one.
"""
BAD_REQUEST, CONFLICT = 400, 409
CLOSED = frozenset({401, 403})
SUCCESS = range(200, 300)
FORBIDDEN = CLOSED | {402}
"""Statuses that say who may read what, to a client with valid credentials."""
LEAST_REFUSED = 2
"""Refusals in calm that prove that credentials are needed."""
LEAST_RARE = 2
"""Refusals of a rare operation with one status, which none had without the fault."""
LEAST_BLAMED = 3
"""Fewer may be generated bodies that the app rightly refuses."""
UNREACHABLE = frozenset({"cuts", "silences"})
FAMILIES = ("network.", "database.")


def blaming_statuses(op: Op, *, away: bool) -> frozenset[int]:
    """The statuses that blame the client of this request. ``away``: see :func:`is_unreachable`."""
    if op.effect == "read":
        return BLAMING | BLAMING_A_READ
    return BLAMING | (BLAMING_A_WRITE if away else frozenset())


def newly_forbidden(ops: Iterable[Op], calm: CalmAnswers, least_answers: int) -> list[Op]:
    """Requests of rare operations that were told in the outage only that their credentials are
    missing or not enough, as none of the whole load was before it.
    """
    known = calm.operations
    answers = sum(each.answers for each in known.values())
    seen = {status for each in known.values() for status in each.statuses}
    rare = [op for op in ops if op.name not in known or known[op.name].answers < least_answers]
    found = [
        op for op in rare
        if op.status in CLOSED - seen and op.status not in calm.later.get(op.name, ())
        and _is_served(op.name, calm)
    ]  # fmt: skip
    return found if answers >= 2 * least_answers and len(found) >= LEAST_BLAMED else []


def blamed_for_once(
    evidence: Evidence, calm: CalmAnswers, least_answers: int, *, away: bool
) -> list[Op]:
    """Requests of rare operations with a status that blames the client, and that the operation had
    neither before the load nor outside the outage. Not those of things that were written.
    """
    found: defaultdict[tuple[str, int], list[Op]] = defaultdict(list)
    changed = {op.path for op in evidence.ops if op.effect != "read"}
    for op in evidence.window("during"):
        known = calm.operations.get(op.name)
        if known is None or not known.rare or known.answers < least_answers or not known.media:
            continue
        if op.status is None or op.status not in blaming_statuses(op, away=away):
            continue
        usual = {*known.statuses, *calm.later.get(op.name, ())}
        written = any(one == op.path or one.startswith(f"{op.path}/") for one in changed)
        right = calm.may_be_gone(op) or (op.effect == "read" and written)
        if op.status not in usual and not right:
            found[op.name, op.status].append(op)
    return [op for same in found.values() if len(same) >= LEAST_RARE for op in same]


def _is_served(name: str, calm: CalmAnswers) -> bool:
    """Whether an operation succeeded without the fault."""
    before = calm.operations[name].statuses if name in calm.operations else set()
    return any(status in SUCCESS for status in {*before, *calm.later.get(name, ())})


def blamed_writers(
    ops: Iterable[Op], calm: CalmAnswers, least_answers: int, status: int = BAD_REQUEST
) -> list[Op]:
    """Writes with this status in the outage only: the requests were as well-formed as the others,
    and conflicted with none.
    """
    found = []
    for op in ops:
        known = calm.operations.get(op.name)
        if op.effect == "read" or op.repeats is not None or op.status != status:
            continue
        if known is None or known.answers < least_answers:
            continue
        if status not in {*known.statuses, *calm.later.get(op.name, ())}:
            found.append(op)
    return found if len(found) >= LEAST_BLAMED else []


def is_unreachable(evidence: Evidence) -> bool:
    """Whether every fault cuts or silences the connections to the database, and nothing else."""
    faults = [event for event in evidence.events if isinstance(event, FaultInjected)]
    return bool(faults) and all(
        event.effect in UNREACHABLE and event.fault.startswith(FAMILIES) for event in faults
    )


def strangers_let_in(evidence: Evidence) -> int:
    """Reads without credentials, or of what these do not allow, that got an answer since the fault,
    and none before it.
    """
    samples = [e for e in evidence.events if isinstance(e, UnknownClientAnswered)]
    return sum(
        _let_in(evidence, [e for e in samples if e.known is known]) for known in (False, True)
    )


def _let_in(evidence: Evidence, samples: Sequence[UnknownClientAnswered]) -> int:
    start = evidence.bounds("before")[1]
    before = [sample.status for sample in samples if sample.at <= start]
    if len(before) < LEAST_REFUSED or any(status not in CLOSED for status in before):
        return 0
    return sum(sample.at > start and sample.status in SUCCESS for sample in samples)


def let_in_for_once(evidence: Evidence) -> list[Op]:
    """Reads that were served in the outage only: whenever they were asked without the fault, before
    it or after it, they were forbidden, and so were others before it.
    """
    calm = [*evidence.window("before"), *evidence.window("after")]
    answers: defaultdict[str, list[Op]] = defaultdict(list)
    for op in [*calm, *(op for op in evidence.ops if op.asked_again)]:
        answers[op.request].append(op)
    strict = operations_that_forbid(evidence.window("before"))
    return [
        op
        for op in evidence.window("during")
        if op.good and op.effect == "read" and op.name in strict
        and (others := [one for one in answers[op.request] if not one.is_servers_error])
        and all(one.status in FORBIDDEN for one in others)
    ]  # fmt: skip


def operations_that_forbid(ops: Iterable[Op]) -> frozenset[str]:
    """Reads of which some things may not be read."""
    return frozenset(op.name for op in ops if op.effect == "read" and op.status in FORBIDDEN)

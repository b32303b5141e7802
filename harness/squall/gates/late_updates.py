"""Updates that were refused, and stored all the same a while later: the app tries them in secret.

    PUT /items/7 {"stock": 5} ──▶ 503
    PUT /items/7 {"stock": 6} ──▶ 200
                              items.stock = 5 is committed: nobody has asked for it since

Only where single statements were answered with errors, and nothing else happened: what a refused
request has sent is then done or undone when it is refused.
"""

from __future__ import annotations

from squall.gates.retry_storm import ERROR_REPLY
from squall.gates.row_log import Place, RowLog, read_log
from squall.gates.stored_updates import is_update, judge_updates, varied_places, wanted_of
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome

QUICK_SECONDS = 0.25
"""A refusal that took longer may follow from a time-out of the app, whose statement may be done."""
LATER_SECONDS = 0.1
"""From the refusal to the commit. What comes sooner may have been under way."""


def only_statements_fail(evidence: Evidence) -> bool:
    """Whether no fault does anything but answer single statements with errors."""
    return evidence.fault_keys == {ERROR_REPLY}


def late_updates(evidence: Evidence) -> list[Op]:
    """The refused updates whose value was stored later, though no other request had it."""
    log = read_log(evidence) if only_statements_fail(evidence) else None
    if log is None:
        return []
    places = judge_updates(evidence, log).places
    updates = [op for op in evidence.ops if is_update(op)]
    varied = varied_places(updates, places)
    return [
        op
        for op in updates
        if op.outcome is Outcome.REFUSED
        and op.done - op.sent < QUICK_SECONDS
        and any(
            _is_alone(op, place, updates)
            and _was_stored(op, place, log, varied=(op.name, place) in varied)
            for place in places.get(op.name, ())
        )
    ]


def _was_stored(op: Op, place: Place, log: RowLog, *, varied: bool) -> bool:
    """Whether a later change of the row brought the value. One of another column shows a value that
    the row had all along; what it had before its first change is unknown.
    """
    wanted = wanted_of(op).get(place.field)
    had = not varied
    for change in log.of(op, place):
        has = change.values[place.column] == wanted
        if has and not had and change.at > op.done + LATER_SECONDS:
            return True
        had = has
    return False


def _is_alone(op: Op, place: Place, updates: list[Op]) -> bool:
    """Whether no other request asked for this value of this item."""
    wanted = wanted_of(op).get(place.field)
    return not any(
        other.id != op.id and other.path == op.path and wanted_of(other).get(place.field) == wanted
        for other in updates
    )

"""As many requests at once reach the database after the outage as before it.

    places of the pool, all used at once, before   ■■■■■■■■■■■■■■■
    and after: two are lost, others wait           ■■■■■■■■■■■■■□□

A place is lost when an error path keeps it: a permit that is not released, a connection that is not
checked in. No session shows it, and each outage takes some more, until no request is served.

Sessions that nobody uses, though requests wait, belong to a pool that was replaced by a new one and
not closed. Each outage leaves some more of them, until the server has no place left.

An app that has copies of its answers gives them to those who find no place. Where no answer before
the fault is a copy, these requests wait, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from squall.core.counting import counted
from squall.core.events import PlacesCounted
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

LOST = "places-lost"
ABANDONED = "sessions-abandoned"
LEAST_ABANDONED = 6
"""More than before the load. A second pool may grow by some in an outage."""
LEAST_IN_KIND = 3
IN_KIND_SHARE = 1 / 3
"""Of the places. Of 44 stored runs of starved apps each had all of its places after the outage, in
the best of four counts: want of a CPU delays a burst, and takes no place away.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityReturns(Gate):
    """The places of the app's pool are counted before the load and after it, by a burst of reads.

    Only a scenario that names this gate has the two counts, which take some seconds.
    """

    allowance: int = 0
    """Places that the app may have less than before."""

    name = "capacity-returns"
    severity = Severity.LEAK
    timed = True
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the counts. Requests must have waited at both, or no bound was reached."""
        counts = [event for event in evidence.events if isinstance(event, PlacesCounted)]
        before = next((each for each in counts if each.moment == "before"), None)
        after = next((each for each in counts if each.moment == "after"), None)
        if before is None or after is None:
            return not_judged(self.name, "the places of the pool were not counted")
        behind_cache = any(op.copy for op in evidence.window("before"))
        before, after = (_with_copies(each, behind_cache) for each in (before, after))
        figures = {"before": before.places, "after": after.places, "waiting": after.waiting}
        if before.waiting <= 0:
            told = f"{before.places} requests at once reached the database, and none waited"
            return not_judged(self.name, f"{told}: no bound of a pool is visible")
        if after.places >= before.places - self.allowance:
            told = f"{after.places} requests at once reached the database, {before.places} before"
            return _abandoned(before, after, figures) or passed(self.name, told, figures)
        if after.waiting <= 0:
            return not_judged(self.name, "after the outage no request waited for the database")
        return _lost(before, after, figures)


def _with_copies(count: PlacesCounted, behind_cache: bool) -> PlacesCounted:  # noqa: FBT001
    """Who got a copy found no place, unless copies are usual."""
    return count if behind_cache else replace(count, waiting=count.waiting + count.copies)


def _abandoned(
    before: PlacesCounted, after: PlacesCounted, figures: Mapping[str, float]
) -> Finding | None:
    """A failure if sessions are never used, though requests wait for one, and no place is lost."""
    unused = after.unused - before.unused
    if after.waiting <= 0 or unused < LEAST_ABANDONED:
        return None
    told = (
        f"{counted(unused, 'sessions')} more than before are never used, while {after.waiting}"
        " requests wait for one or are refused: they belong to nobody any more"
    )
    figures = {**figures, "unused": unused}
    # With all places in use, want of a CPU did not keep requests from the sessions.
    return failed(CapacityReturns.name, told, figures, code=ABANDONED, in_kind=True)


def _lost(before: PlacesCounted, after: PlacesCounted, figures: Mapping[str, float]) -> Finding:
    """The failure of an app that has fewer places than before."""
    lost = before.places - after.places
    reason = (
        f"{counted(lost, 'places')} of {before.places} lost: after the outage {after.places}"
        f" requests at once reach the database, and {after.waiting} more wait or are refused"
    )
    in_kind = lost >= max(LEAST_IN_KIND, IN_KIND_SHARE * before.places)
    return failed(CapacityReturns.name, reason, figures, code=LOST, in_kind=in_kind)

"""Nothing stays on a pooled session after its request: no lock, no temporary table, no setting.

An advisory lock of a session outlives the transaction, ROLLBACK included (PostgreSQL, chapter
"Advisory Locks"). A request that fails between lock and unlock gives the connection back with the
lock, and every later request for the same lock waits. Locks that an app holds while it has nothing
to do, as a leader does, were there before the load, too.

A setting (``SET``, ``set_config``) outlives the transaction in the same way: the next request works
with the tenant, the role or the time-out of another one. Settings that an app leaves on its
sessions in calm are its habit, and no defect: one that it makes for each connection, or one that
every request sets for itself. Options of the planner may stay, and time-outs, too, if the app keeps
account of them: it sets them again for a request that has more time (see ``limits_left``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from squall.core.counting import counted
from squall.core.events import RestSampled
from squall.core.setting_kinds import changes_meaning, setting_of
from squall.gates.at_rest import rest_samples
from squall.gates.findings import failed, not_judged, passed
from squall.gates.limits_left import limits_left
from squall.gates.read_only_sessions import left_read_only
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

ADVISORY_LOCKS = "advisory-locks-left"
TEMPORARY_TABLES = "temporary-tables-left"
SETTINGS = "settings-left"

SESSIONS_THAT_AGREE = 2
"""With one value on as many sessions in calm, another value is a surprise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLeftovers(Gate):
    """At rest, the app's sessions hold what they held before: locks, temporary tables, settings."""

    name = "session-leftovers"
    severity = Severity.LEAK
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the idle app before and after the load."""
        samples = rest_samples(evidence)
        if samples is None:
            return not_judged(self.name, "the app was not looked at while at rest")
        before, after = samples
        figures = {
            "advisory_locks_before": before.advisory_locks, "advisory_locks": after.advisory_locks,
            "temporary_tables_before": before.temporary_tables,
            "temporary_tables": after.temporary_tables,
        }  # fmt: skip
        if after.advisory_locks > before.advisory_locks:
            more = after.advisory_locks - before.advisory_locks
            reason = f"{more} advisory locks are still held although no request is running"
            return failed(self.name, reason, figures, code=ADVISORY_LOCKS)
        if after.temporary_tables > before.temporary_tables:
            more = after.temporary_tables - before.temporary_tables
            reason = f"{more} temporary tables are left on pooled sessions"
            return failed(self.name, reason, figures, code=TEMPORARY_TABLES)
        return (
            _changed_settings(before, after, figures)
            or left_read_only(self.name, evidence)
            or limits_left(self.name, evidence, before)
            or passed(self.name, "no session kept a lock, a temporary table or a setting", figures)
        )


def _changed_settings(
    before: RestSampled, after: RestSampled, figures: Mapping[str, float]
) -> Finding | None:
    """A failure if settings stay that change what statements mean."""
    changed = settings_left(before.settings, after.settings)
    left = {name: on for name, on in changed.items() if changes_meaning(name)}
    if not left:
        return None
    on = counted(sum(left.values()), "sessions")
    reason = f"{', '.join(sorted(left))} stayed changed on {on} of the pool"
    figures = {**figures, "settings": len(left)}
    return failed(SessionLeftovers.name, reason, figures, code=SETTINGS)


def settings_left(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Settings whose value at the end is not explained by calm; on how many sessions each is."""
    usual: defaultdict[str, list[int]] = defaultdict(list)
    for entry, sessions in before.items():
        usual[setting_of(entry)].append(sessions)
    left: Counter[str] = Counter()
    for entry, sessions in after.items():
        known = usual[setting_of(entry)]
        constant = len(known) == 1 and known[0] >= SESSIONS_THAT_AGREE
        if entry not in before and (not known or constant):
            left[setting_of(entry)] += sessions
    return dict(left)

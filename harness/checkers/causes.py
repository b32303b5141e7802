"""Causes, from the gravest to the mildest: each looks at a case and knows it, or not.

The order is the diagnosis: who lost an acknowledged order wants to hear that, and not that the
answers were no problem objects either; and who waits for a silent connection fails every gate, but
for one reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from harness.checkers import cures
from harness.checkers.case import Case, Diagnosis, count
from harness.checkers.causes_after_heal import by_its_words, not_recovered, short, silence
from harness.core.events import LogProblem

AS_ALWAYS = 0.5
"""Of the connections a request: who opens so many in calm repeats nothing in the outage."""

Cause = Callable[[Case], Diagnosis | None]


def lost(case: Case) -> Diagnosis | None:
    """Acknowledged, and gone."""
    finding = case.failed("no-acknowledged-write-lost")
    if finding is not None:
        number = int(finding.figures["lost"])
        told = f"{count(number, 'write was', 'writes were')} acknowledged and not in the database"
        return Diagnosis(told + ": the app answers before it commits", cures.COMMIT_FIRST)
    finding = case.failed("read-your-writes")
    if finding is None:
        return None
    number = int(finding.figures["missing"])
    told = f"{count(number, 'write')} could not be read right after the acknowledgement"
    return Diagnosis(told + ": the app answers before it commits", cures.COMMIT_FIRST)


def twice(case: Case) -> Diagnosis | None:
    """Done again although it was done."""
    finding = case.failed("no-duplicate")
    if finding is None:
        return None
    number = int(finding.figures["duplicated"])
    told = f"{count(number, 'request')} wrote more than once: a write whose answer was lost"
    return Diagnosis(f"{told} was repeated without a key that tells so", cures.IDEMPOTENCY)


def denied(case: Case) -> Diagnosis | None:
    """Refused, and done all the same."""
    finding = case.failed("refused-write-absent")
    if finding is None:
        return None
    number = int(finding.figures["present"])
    told = f"{count(number, 'write was', 'writes were')} refused and happened all the same"
    return Diagnosis(
        f"{told}: a COMMIT without an answer was called a failure", cures.UNKNOWN_COMMIT
    )


def half_done(case: Case) -> Diagnosis | None:
    """One part of a request without the other."""
    finding = case.failed("conservation")
    if finding is None:
        return None
    told = f"requests were done by half ({finding.reason})"
    return Diagnosis(f"{told}: their parts are not in one transaction", cures.ONE_TRANSACTION)


def died(case: Case) -> Diagnosis | None:
    """The process ended."""
    finding = case.failed("app-survived")
    if finding is None:
        return None
    return Diagnosis(f"the outage ended the app itself: {finding.reason}", cures.SURVIVE)


def no_pool_place(case: Case) -> Diagnosis | None:
    """Sessions that nobody gives back."""
    finding = case.failed("connection-leaks")
    if finding is None:
        return None
    stuck = int(finding.figures["busy_after"])
    if stuck:
        held = count(stuck, "connection was", "connections were")
        told = f"{held} never given back: still in a transaction, with nothing asked any more"
        return Diagnosis(told, cures.GIVE_BACK)
    before, after = int(finding.figures["before"]), int(finding.figures["after"])
    bound = case.evidence.contract.most_sessions
    if after <= max(before, bound or 0):  # no more than it may keep: it had more in between
        return Diagnosis(f"the pool grew beyond its bound: {finding.reason}", cures.LIMIT_POOL)
    told = f"the app holds {after} connections after the outage, {before} before it"
    if bound is None:
        told += "; if its pool may have that many, declare most_sessions"
    else:
        told += ": each error left one behind"
    return Diagnosis(told, cures.LIMIT_POOL)


def storm(case: Case) -> Diagnosis | None:
    """More load on the database than callers made, or than it should be at any time."""
    finding = case.failed("retry-storm")
    if finding is None:
        return None
    each, usual = (finding.figures.get(f"connections_each{when}", 0) for when in ("", "_before"))
    if "times, limit" not in finding.reason and usual > each * AS_ALWAYS:
        told = f"requests open connections of their own ({usual:.2f} each before the outage"
        return Diagnosis(f"{told}, {each:.2f} since): {finding.reason}", cures.POOL)
    return Diagnosis(f"retries became load of their own: {finding.reason}", cures.RETRY_BUDGET)


def slow_refusals(case: Case) -> Diagnosis | None:
    """Everybody finds out for himself."""
    finding = case.failed("fails-fast")
    if finding is None:
        return None
    told = "each caller waited to find out what was known already"
    return Diagnosis(f"{told}: {finding.reason}", cures.FAIL_FAST)


def contract(case: Case) -> Diagnosis | None:
    """What callers were told."""
    finding = case.failed("error-contract")
    if finding is None:
        return None
    number = int(finding.figures["breaches"])
    told = f"{count(number, 'error')} of {int(finding.figures['errors'])}"
    if "leaks internals" in finding.reason:
        shown = f"{told} showed callers the inside: {finding.reason}"
        return Diagnosis(shown, cures.KEEP_INSIDE)
    commonest = finding.reason.split("; ")[0]
    if "cut without an answer" in commonest:
        return Diagnosis(f"{told} came as a cut connection: {finding.reason}", cures.SURVIVE)
    if re.search(r"status 5\d\d, which is not documented", commonest):
        what = "had no handler in the app"
        return Diagnosis(f"{told} {what}: {finding.reason}", cures.ANSWER_503)
    return Diagnosis(f"{told} broke the contract: {finding.reason}", cures.PROBLEM_DETAILS)


def probes(case: Case) -> Diagnosis | None:
    """Lies to the orchestrator."""
    finding = case.failed("health-probes")
    if finding is None:
        return None
    cure = cures.LIVENESS if finding.reason.startswith("live") else cures.READINESS
    return Diagnosis(f"a probe misled the orchestrator: {finding.reason}", cure)


def last_resort(case: Case) -> Diagnosis | None:
    """What nobody handled."""
    finding = case.failed("log-clean")
    if finding is None:
        return None
    lines = [event.line for event in case.evidence.events if isinstance(event, LogProblem)]
    asgi = any("ASGI" in line for line in lines)
    cure = cures.ANSWER_503 if asgi else cures.AWAIT_TASKS
    told = count(len(lines), "error was", "errors were")
    return Diagnosis(f"{told} handled by nobody: {finding.reason}", cure)


def too_little(case: Case) -> Diagnosis | None:
    """Less than was promised, or slower."""
    if short(case, "during"):
        bad = sum(not op.good for op in case.during)
        told = f"{bad} of {len(case.during)} requests failed during the outage"
        return Diagnosis(f"{told}, more than the gate allows", cures.RETRY)
    finding = case.failed("response-time")
    if finding is None:
        return None
    return Diagnosis(f"answers were slower than the gate allows: {finding.reason}",
                     cures.BOUND_WAITS)  # fmt: skip


def ill_before(case: Case) -> Diagnosis | None:
    """Not well before the fault, so that none was injected: nothing else says anything."""
    finding = case.unclear("steady-state")
    if finding is None or case.faults:
        return None
    told = f"no fault was injected, since the app was not well without one: {finding.reason}"
    return Diagnosis(told, cures.PROVE_SOMETHING)


def unproven(case: Case) -> Diagnosis | None:
    """Nothing failed, and nothing is proven."""
    finding = case.unclear("faults-bit")
    if (
        finding is not None
        and "never bit" in finding.reason
        and case.unclear("steady-state") is None
    ):
        told = f"the fault touched nothing ({finding.reason})"
        return Diagnosis(f"{told}: does the app use the database that it was given?",
                         cures.USE_THE_ADDRESS)  # fmt: skip
    unclear = [one for one in case.findings if one.verdict.severity == 1]
    if not unclear:
        return None
    return Diagnosis(f"nothing is proven: {unclear[0].reason}", cures.PROVE_SOMETHING)


CAUSES: Iterable[Cause] = (
    ill_before, lost, twice, denied, half_done, died, no_pool_place, by_its_words, silence,
    not_recovered, storm, slow_refusals, contract, probes, last_resort, too_little, unproven,
)  # fmt: skip
"""In the order in which they are looked for."""

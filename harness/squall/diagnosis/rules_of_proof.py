"""Why a run proves nothing about outages."""

from __future__ import annotations

from squall.core.events import LogProblem
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun
from squall.diagnosis.rules_after_heal import known_message
from squall.gates.validity import faults_bit


def not_steady(case: JudgedRun) -> Diagnosis | None:
    """The app was unhealthy before the fault, so that none was injected. No other finding
    counts.
    """
    if case.faults:
        return None
    if ill := case.failed("steady-state"):
        problems = [e.line for e in case.evidence.events if isinstance(e, LogProblem)]
        more = f"; the app's log: {problems[0]}" if problems else ""
        what, remedy = known_message(case) or ("", remedies.PROVE_SOMETHING)
        told = f"{what}; " if what else ""
        return Diagnosis(f"{told}{ill.reason}{more}", remedy)
    finding = case.unclear("steady-state")
    if finding is None:
        return None
    told = f"no fault was injected, since the app was not healthy without one: {finding.reason}"
    return Diagnosis(told, remedies.PROVE_SOMETHING)


def unproven(case: JudgedRun) -> Diagnosis | None:
    """Nothing failed, and nothing is proven."""
    finding = case.unclear("faults-bit")
    if (
        finding is not None
        and finding.code == faults_bit.NEVER_BIT
        and case.unclear("steady-state") is None
    ):
        told = f"the fault touched nothing ({finding.reason})"
        if case.faults and all(fault.startswith("upstream.") for fault in case.faults):
            return Diagnosis(f"{told}: does the load need this upstream?",
                             remedies.USE_THE_ADDRESS)  # fmt: skip
        if case.asked_before:
            told += ": the app asks the database, and did nothing meanwhile that this fault hits"
            return Diagnosis(told, remedies.PROVE_SOMETHING)
        return Diagnosis(f"{told}: does the app use the database that it was given?",
                         remedies.USE_THE_ADDRESS)  # fmt: skip
    unclear = [one for one in case.findings if one.verdict.severity == 1]
    if not unclear:
        return None
    return Diagnosis(f"nothing is proven: {unclear[0].reason}", remedies.PROVE_SOMETHING)

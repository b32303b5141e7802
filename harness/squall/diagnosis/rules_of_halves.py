"""Causes of requests that are done in part, and of work that nobody does any more."""

from __future__ import annotations

from squall.diagnosis import remedies
from squall.diagnosis.judged_run import CUTS, Diagnosis, JudgedRun
from squall.diagnosis.signs_of_writes import rows_set_back, were_overtaken
from squall.gates import work_is_done
from squall.gates.at_rest import rest_samples


def partial_transaction(case: JudgedRun) -> Diagnosis | None:
    """A request was applied in part."""
    finding = case.failed("conservation")
    if finding is None:
        return None
    if back := rows_set_back(case):
        told = f"what was committed is overwritten later with what was read before: {back} rows got"
        told += f" back a number that they had before the outage; {finding.reason}"
        return Diagnosis(told, remedies.OWN_COLUMNS)
    told = f"requests were done by half ({finding.reason}): their parts are not in one transaction"
    if any(one.gate == "one-effect" and one.figures.get("requests") for one in case.findings):
        told += ", or what was committed is overwritten later, with what was read before"
    return Diagnosis(told, remedies.ONE_TRANSACTION)


def work_left(case: JudgedRun) -> Diagnosis | None:
    """Accepted, and never done."""
    finding = case.failed("work-is-done")
    if finding is None:
        return None
    if finding.code == work_is_done.UNDONE and were_overtaken(case):
        told = (
            "a worker looks for numbers above the highest that it has seen, and what is committed"
        )
        told += f" late, behind higher numbers, is never seen: {finding.reason}"
        return Diagnosis(told, remedies.TAKE_UP_AGAIN)
    if finding.code == work_is_done.UNDONE and _listens(case):
        told = "what was stored while the session that LISTENs was away is not looked for when it"
        told += f" listens again: {finding.reason}"
        return Diagnosis(told, remedies.TAKE_UP_AGAIN)
    if finding.code == work_is_done.LOST:
        told = "what is accepted is collected in memory, and leaves it before it is stored: an"
        told += " error, or the end of the process, takes it along"
        return Diagnosis(f"{told}; {finding.reason}", remedies.TAKE_UP_AGAIN)
    if finding.code == work_is_done.UNDONE:
        told = "a worker lost what it had taken, or a task behind the answer its work: what belongs"
        told += " together is not in one transaction"
        return Diagnosis(f"{told}; {finding.reason}", remedies.ONE_TRANSACTION)
    return Diagnosis(f"accepted work is stuck: {finding.reason}", remedies.TAKE_UP_AGAIN)


def _listens(case: JudgedRun) -> bool:
    """Whether a session of the app LISTENed, lost its connection, and listens again."""
    samples = rest_samples(case.evidence)
    return CUTS in case.effects and samples is not None and 0 < samples[0].listeners <= (
        samples[1].listeners
    )  # fmt: skip

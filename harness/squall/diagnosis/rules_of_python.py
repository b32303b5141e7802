"""Causes that Python's own messages name: mistakes with coroutines and groups of tasks."""

from __future__ import annotations

import re

from squall.core.events import ErrorsLogged
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun
from squall.gates import error_contract as contract

AWAITED = re.compile(r"cannot reuse already awaited (compiled_)?coroutine")
GROUP = re.compile(r"unhandled errors in a TaskGroup")
ONCE = "what is repeated is a coroutine, which can be awaited once: each attempt needs a new one"
AS_A_GROUP = "errors of a task group come as a group, which no except and no handler of them knows"
MESSAGES = ((AWAITED, ONCE, remedies.RETRY), (GROUP, AS_A_GROUP, remedies.ANSWER_503))
LEAST = 2


def mistake_with_coroutines(case: JudgedRun) -> Diagnosis | None:
    """Server errors that were logged with one of these messages."""
    finding = case.failed("error-contract") or case.failed("log-clean")
    if finding is None or finding.code in (contract.LEAK, contract.CUT_CONNECTION):
        return None
    logged = [one for one in case.evidence.events if isinstance(one, ErrorsLogged)]
    for message, told, remedy in MESSAGES:
        own = [one for one in logged if message.search(f"{one.exception}: {one.message}")]
        if sum(one.count for one in own) >= LEAST:
            return Diagnosis(f"{told}: {finding.reason}{case.maybe_committed}", remedy)
    return None

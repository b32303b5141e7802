"""Causes that Python's own messages name."""

from __future__ import annotations

import re

from squall.core.events import ErrorsLogged
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun
from squall.gates import error_contract as contract

AWAITED = re.compile(r"cannot reuse already awaited (compiled_)?coroutine")
LEAST = 2


def coroutine_awaited_twice(case: JudgedRun) -> Diagnosis | None:
    """A repeat of a coroutine, instead of a new one from the function that made it."""
    finding = case.failed("error-contract") or case.failed("log-clean")
    if finding is None or finding.code in (contract.LEAK, contract.CUT_CONNECTION):
        return None
    logged = [one for one in case.evidence.events if isinstance(one, ErrorsLogged)]
    own = [one for one in logged if AWAITED.search(f"{one.exception}: {one.message}")]
    if sum(one.count for one in own) < LEAST:
        return None
    told = (
        "what is repeated is a coroutine, which can be awaited once: each attempt needs a new one"
    )
    return Diagnosis(f"{told}: {finding.reason}{case.maybe_committed}", remedies.RETRY)

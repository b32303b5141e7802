"""Causes that the server's own refusals show: what a session lacks, and what was left on it."""

from __future__ import annotations

from squall.core.events import StatementsRefused
from squall.core.server_events import TAKEN, UNSEEN
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun, count

LEAST_REFUSED = 5
"""Fewer statements may be one error path's."""


def lost_settings(case: JudgedRun) -> Diagnosis | None:
    """After the heal statements name what their session does not see, and never did before."""
    many = _refused(case, UNSEEN)
    if case.failed("recovery-time") is None or many < LEAST_REFUSED:
        return None
    told = f"the server refused {count(many, 'statement')}: new sessions do not see what they name"
    told = (
        f"{told}, since the first ones have a setting, such as search_path or role, that they lack"
    )
    return Diagnosis(f"{told}; {_failed(case)}", remedies.CLEAN_SESSIONS)


def name_left_behind(case: JudgedRun) -> Diagnosis | None:
    """After the heal statements make what their session has already, and never did before."""
    many = _refused(case, TAKEN)
    late = case.failed("recovery-time") or case.failed("availability")
    if late is None or many < LEAST_REFUSED:
        return None
    told = f"the server refused {count(many, 'statement')} whose name is taken on their session: an"
    told += " error path leaves a cursor, a prepared statement or a temporary table behind"
    return Diagnosis(f"{told}; {_failed(case)}", remedies.CLEAN_SESSIONS)


def _refused(case: JudgedRun, why: str) -> int:
    """Statements that were refused so in this run, and never without a fault."""
    refused = [e for e in case.evidence.events if isinstance(e, StatementsRefused)]
    return max((e.during for e in refused if e.why == why and not e.before), default=0)


def _failed(case: JudgedRun) -> str:
    return f"{count(len(case.bad_after), 'request')} failed after the heal"

"""Errors that were raised while another one was handled."""

from __future__ import annotations

from squall.core.events import ErrorsLogged
from squall.diagnosis.judged_run import JudgedRun


def handler_fails(case: JudgedRun) -> bool:
    """Whether most of the unhandled errors come from a handler of errors."""
    logged = [event for event in case.evidence.events if isinstance(event, ErrorsLogged)]
    unhandled = sum(event.unhandled for event in logged)
    return 2 * sum(event.in_handler for event in logged if event.unhandled) > unhandled

"""tenacity's defaults: for ever, and without a pause.

Mistake: ``@retry`` without arguments.
Outage: every insert fails with 40001: a hot row.
Symptom: the request ends with its deadline; until then it asks as fast as the machine can.
"""

from __future__ import annotations

from collections.abc import Callable

import tenacity
from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.retry import RetryPolicy

from squall_mutants.shared import replace

EXPOSED_BY = ("hot-row",)
CAUGHT_BY = ("retry-storm",)


def for_ever(
    _self: RetryPolicy, _deadline: Deadline, harmless: Callable[[BaseException], bool]
) -> tenacity.AsyncRetrying:
    """Whatever is harmless to repeat is repeated."""
    return tenacity.AsyncRetrying(retry=tenacity.retry_if_exception(harmless), reraise=True)


def create_app() -> FastAPI:
    """The reference app with tenacity as it comes."""
    replace(RetryPolicy, "_retrying", for_ever)
    return main.create_app()

"""40001 and 40P01 are errors as any other.

Mistake: nobody has thought of conflicts; what is not a lost connection is a bug.
Outage: deadlocks and serialization failures.
Symptom: 500 for what one repeat would have done.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Permanent
from squall_reference.storage import translate

from squall_mutants.shared import replace

EXPOSED_BY = ("deadlocks", "serialization-failures", "commit-refused", "hot-row", "begin-refused")
SET = "fourteenth"


def create_app() -> FastAPI:
    """The reference app that never repeats a conflict."""
    replace(translate, "KINDS", {**translate.KINDS, "40": Permanent})
    return main.create_app()

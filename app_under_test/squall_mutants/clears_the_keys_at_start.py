"""Each start deletes the stored answers of the last minutes.

Mistake: "they belong to the process that has died, and were never finished".
Outage: the app is killed and started again; clients repeat what they sent before.
Symptom: the repeat of a write that stands is "not found".
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main

from squall_mutants.shared.at_each_start import run_at_each_start

EXPOSED_BY = ("callers-repeat-after-a-restart",)
SET = "fifth"

CLEAR = "DELETE FROM answers WHERE created_at > now() - interval '10 minutes'"


def create_app() -> FastAPI:
    """The reference app that begins with clean tables."""
    run_at_each_start(CLEAR)
    return main.create_app()

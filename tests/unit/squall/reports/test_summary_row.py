"""The row of a run in every table."""

from __future__ import annotations

import dataclasses
from typing import Any

from squall.core.events import FaultHealed
from squall.reports.summary_row import summary_row


def test_equal_effects_are_added_up(run: Any) -> None:
    given = run()
    more = [
        FaultHealed(at=2.0, step=step, fault="network.refuse", bites=bites, what=what)
        for step, bites, what in (
            (1, 3, "connections hung up"),
            (2, 1, "connections hung up"),
            (3, 1, "sessions terminated"),
        )
    ]
    kept = tuple(one for one in given.evidence.events if not isinstance(one, FaultHealed))
    evidence = dataclasses.replace(given.evidence, events=(*kept, *more))
    row = summary_row(dataclasses.replace(given, evidence=evidence))
    assert row.bites == "4 connections hung up, 1 session terminated"

"""The service in real outages: each is a test. Try ``pytest --squall-only data-safety``."""

from __future__ import annotations

import pytest


@pytest.mark.outage("smoke")
def test_callers_are_served_again(squall, outage):
    assert squall.run(outage)


@pytest.mark.outage("database-crash-restart")
def test_no_note_is_lost_in_a_crash(squall):
    run = squall.run("database-crash-restart")
    assert run.verdicts["no-acknowledged-write-lost"] == "pass"
    assert run.verdicts["no-duplicate"] == "pass"

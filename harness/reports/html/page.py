"""The pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.reports.verdict_json import Reported


def report(reported: Reported, logs: Mapping[str, str]) -> str:
    """One outage."""
    return f"{reported.directory} {len(logs)}"


def index(reported: Sequence[Reported]) -> str:
    """All outages."""
    return str(len(reported))

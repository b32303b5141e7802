"""Shared by the gates on an idle app: the samples before and after the load."""

from __future__ import annotations

from squall.core.events import RestSampled
from squall.history.evidence import Evidence


def rest_samples(evidence: Evidence) -> tuple[RestSampled, RestSampled] | None:
    """The last sample before the load and the last after it; None if one is missing."""
    samples = [event for event in evidence.events if isinstance(event, RestSampled)]
    before = [sample for sample in samples if sample.moment == "before"]
    after = [sample for sample in samples if sample.moment == "after"]
    return (before[-1], after[-1]) if before and after else None

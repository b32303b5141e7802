"""Answers from a copy: sound while the database is away, and no proof that the app works.

An operation that gives marked copies without a fault, behind a cache, may always do so.
"""

from __future__ import annotations

from squall.history.evidence import Evidence
from squall.history.op import Op


class Freshness:
    """Whether an answer is as fresh as those before the first fault."""

    def __init__(self, evidence: Evidence) -> None:
        self._copied = {op.name for op in evidence.window("before") if op.copy}

    def __call__(self, op: Op) -> bool:
        """Whether this answer is fresh, or a copy as there always were."""
        return not op.copy or op.name in self._copied

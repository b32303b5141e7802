"""What a sweep must keep so that it passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from squall.sweeping.cells import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepLimits:
    """When a sweep passes."""

    min_survived: float = 100.0
    """Least fault-point coverage in per cent. Not used with a baseline."""
    baseline: frozenset[Cell] | None = None
    """Cells that are known to fail. With it, only other failing cells count."""
    survived: frozenset[Cell] = frozenset()
    """Cells that the app survived when the baseline was written. Refused now, they fail."""
    statements: Mapping[str, str] = field(default_factory=dict)
    """By operation, the digest of the statements that ``survived`` is about."""

    @property
    def known(self) -> frozenset[Cell]:
        """The cells of the baseline; none without one."""
        return self.baseline or frozenset()

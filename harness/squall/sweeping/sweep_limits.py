"""What a sweep must keep so that it passes."""

from __future__ import annotations

from dataclasses import dataclass

from squall.sweeping.cells import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepLimits:
    """When a sweep passes."""

    min_survived: float = 100.0
    """Least fault-point coverage in per cent. Not used with a baseline."""
    baseline: frozenset[Cell] | None = None
    """Cells that are known to fail. With it, only other failing cells count."""

    @property
    def known(self) -> frozenset[Cell]:
        """The cells of the baseline; none without one."""
        return self.baseline or frozenset()

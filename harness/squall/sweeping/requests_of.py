"""The requests of a sweep: the same random draws for each cell, with a new key each time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from squall.workload.operations import Operation, PlannedRequest, requests


@dataclass(slots=True)
class RequestSource:
    """Creates requests. A body from a schema is drawn each time, because it may have to be
    unique.
    """

    seed: int
    run_id: str
    fixed: bool = False
    """Draw the same body each time, for an app whose rows are restored."""
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def next(self, operation: Operation) -> PlannedRequest:
        """Another request of this kind."""
        number = next(self._numbers)
        seed = self.seed + number if operation.bodies and not self.fixed else self.seed
        return next(requests((operation,), seed, self.run_id, first=number))

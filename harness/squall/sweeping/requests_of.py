"""The requests of a sweep: the same random draws for each cell, with a new key each time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from squall.workload.operations import Operation, PlannedRequest, requests


@dataclass(slots=True)
class RequestSource:
    """Creates requests. A body from a schema is drawn each time, because it may have to be
    unique.
    """

    seed: int
    run_id: str
    makers: Mapping[str, Operation] = field(default_factory=dict)
    """All operations by name, for those that follow another one."""
    fixed: bool = False
    """Draw the same body each time, for an app whose rows are restored."""
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def next(self, operation: Operation, *, varied: bool = False) -> PlannedRequest:
        """Another request of this kind; ``varied``: with draws of its own."""
        number = next(self._numbers)
        varied |= bool(operation.bodies) and not self.fixed
        seed = self.seed + number if varied else self.seed
        return next(requests((operation,), seed, self.run_id, first=number))


def follow_ups(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Operations that are sent after a success of another one, such as to read its row back."""
    known = list(operations)
    names = {one.name for one in known if not one.after}
    yield from (one for one in known if one.after in names)
    for one in known:
        if one.read_back is not None and not one.after:
            yield replace(
                one,
                name=f"{one.name}-read-back",
                method="GET",
                path=one.read_back,
                effect="read",
                body=None,
                bodies=(),
                media="json",
                headers={name: value for name, value in one.headers.items() if "{" not in value},
                read_back=None,
                after=one.name,
            )

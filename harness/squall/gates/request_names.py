"""Names of requests in errors: by them operators find the lines of a log that belong to an error.

    503 {"title": "Unavailable", "request_id": "7f3a"}     to one request
    503 {"title": "Unavailable", "request_id": "7f3a"}     to another one: whose is it?

A response that is made once and sent again and again names the first request for ever.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from squall.history.evidence import Evidence
from squall.history.op import Op

NAMELESS = "no-request-id"
ANOTHERS = "request-id-of-another"
LEAST_NAMED = 10
LEAST_ALIKE = 5
"""Requests that share an id; two may be attempts of one."""
FIELD = re.compile(
    r'"(?:request|trace|correlation|error|incident)[_-]?id"\s*:\s*"([^"]{4,100})"', re.IGNORECASE
)

PLACEHOLDER = re.compile(
    r'"(?:request|trace|correlation)[_-]?id"\s*:\s*"([^"]{1,3})"', re.IGNORECASE
)
"""Such as ``-``: an id that was never set. Looked for where all answers had one before."""

Breach = tuple[str, str]


def badly_named(evidence: Evidence, errors: Iterable[Op]) -> Iterator[tuple[Op, Breach]]:
    """Errors without a request id, though all answers before the fault had one, and errors with
    that of another request.
    """
    named = _names_requests(evidence)
    by_name: defaultdict[str, list[Op]] = defaultdict(list)
    for op in errors:
        if named and op.status is not None and not op.named:
            yield op, (NAMELESS, f"status {op.status} without a request id")
        if found := FIELD.search(op.body) or (named and PLACEHOLDER.search(op.body)):
            by_name[found[1]].append(op)
    for ops in by_name.values():
        if len({op.key or op.id for op in ops}) >= LEAST_ALIKE:
            for op in ops:
                yield op, (ANOTHERS, f"status {op.status} with the id of another request")


def _names_requests(evidence: Evidence) -> bool:
    """Whether all successful answers before the fault had a request id."""
    before = [op for op in evidence.window("before") if op.good]
    return len(before) >= LEAST_NAMED and all(op.named for op in before)

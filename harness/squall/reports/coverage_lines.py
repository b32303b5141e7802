"""Which operations of an app's API the load requests, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from squall.history.coverage import Coverage

MAX_NAMES = 4
"""Maximum number of operations listed by name for one reason."""


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """What is requested, and what is not, grouped by reason."""
    asked = [one.operation for one in coverage.operations if one.asked]
    yield f"requests, from the OpenAPI document: {', '.join(asked)}"
    yield f"coverage: {coverage.summary()}"
    yield from coverage.notes
    for one in coverage.operations:
        if one.asked and one.note:
            yield f"{one.operation}: {one.note}"
    left_out = coverage.left_out
    for reason, count in coverage.reasons:
        names = [name for name, why in left_out.items() if why == reason][:MAX_NAMES]
        more = f" and {count - len(names)} more" if count > len(names) else ""
        yield f"left out: {', '.join(names)}{more}: {reason}"

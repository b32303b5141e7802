"""Series of the app's metrics that are of one request each: a label has its idempotency key.

    orders_failed_writes_total{key="r7-000123",status="503"} 1.0      a line for each failed write

Each is kept for the life of the process, and is sent at each scrape: memory that nothing bounds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from squall.core import events
from squall.core.clock import Clock
from squall.history.op import Op
from squall.lab import app_metrics
from squall.lab.lab import Lab

USUAL_PATH = "/metrics"
"""Where Prometheus looks, unless it is told otherwise."""
LABEL = re.compile(r'"((?:[^"\\]|\\.)*)"')


async def look_for_named_series(
    lab: Lab, clock: Clock, log: events.Listener, ops: Iterable[Op]
) -> None:
    """Publish how many series there are after the load, and how many are of one request; nothing
    if the app has no page of metrics.
    """
    path = lab.profile.metrics or USUAL_PATH
    text = await app_metrics.page(lab.app.host, lab.app.port, path, lab.app.scheme)
    if text is None or "# TYPE" not in text:
        return
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    named = count_named(lines, {op.key for op in ops if op.key})
    log(events.SeriesCounted(at=clock.now(), series=len(lines), of_one_request=named))


def count_named(lines: Iterable[str], keys: Collection[str]) -> int:
    """Lines that have one of these keys as the value of a label."""
    return sum(any(value in keys for value in LABEL.findall(line)) for line in lines)

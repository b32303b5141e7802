"""What a failed test shows of a run in addition to its own text: pairs of a title and plain
text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from squall.core.events import BackendsSampled, GaugesSampled
from squall.reports import plain_text
from squall.reports.windows import WINDOWS
from squall.runner.run import Run

LOG_LINES = 30
LOG_LETTERS = 240
MAX_VALUES = 3


def sections(run: Run, app_log: str, reproduce: str) -> Iterator[tuple[str, str]]:
    """Findings and command, timeline, the pool, and the end of the app's log."""
    name = run.scenario.name
    yield f"squall: {name}", "\n".join([*plain_text.verdict_lines(run), f"reproduce: {reproduce}"])
    yield f"squall: timeline of {name}", "\n".join(plain_text.timeline(run))
    pool = "\n".join(pool_lines(run))
    if pool:
        yield f"squall: connections of the app in {name}", pool
    lines = app_log.splitlines()
    if lines:
        tail = "\n".join(line[:LOG_LETTERS] for line in lines[-LOG_LINES:])
        which = f"last {LOG_LINES} of {len(lines)} lines" if len(lines) > LOG_LINES else "all of it"
        yield f"squall: log of the app in {name}, {which}", tail


def pool_lines(run: Run) -> Iterator[str]:
    """Sessions in the database and the app's own gauges, by window."""
    for window in WINDOWS:
        start, end = run.evidence.bounds(window)
        looks = [
            event
            for event in run.evidence.events
            if isinstance(event, BackendsSampled) and start <= event.at < end
        ]
        if looks:
            most = max(looks, key=lambda look: look.total)
            yield (
                f"{window:>6}  {looks[-1].total} at its end, {most.total} at most, "
                f"{max(look.idle_in_transaction for look in looks)} idle in transaction at most"
            )
    told = [event for event in run.evidence.events if isinstance(event, GaugesSampled)]
    for name in told[-1].values if told else ():
        seen = Counter(event.states.get(name, f"{event.values[name]:g}")
                       for event in told if name in event.values)  # fmt: skip
        if len(seen) > MAX_VALUES:
            values = [event.values[name] for event in told if name in event.values]
            yield f"{name}: {min(values):g} to {max(values):g}, at the end {values[-1]:g}"
        else:
            yield f"{name}: {', '.join(seen)}"

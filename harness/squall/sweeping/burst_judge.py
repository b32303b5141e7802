"""Judge callers at once: pure functions of what was counted on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from squall.sweeping.loop_watch import LoopWatch
from squall.sweeping.sweep_result import CellFailure, Problem

LEAST_WAITING = 4
"""So many must wait beside the one that is served."""
TIMES_DECLARED = 1.25
STUCK_SECONDS, STUCK_SHARE, LEAST_SAMPLES = 0.1, 0.5, 10
MAX_ATTEMPTS = 5.0
"""Attempts for each request when all of them fail. Some libraries try five times."""
LEAST_REPEATS = 6
PAUSE_SECONDS = 0.15
"""A shorter pause is not a burden for anybody."""
SPREAD_SHARE = 0.25
"""With jitter, repeats are spread over at least so much of the pause."""


def one_by_one_problem(
    name: str, sent: int, most: int, waiting: int, watch: LoopWatch
) -> Problem | None:
    """``most``: sessions with a statement of the operation at the same time."""
    if most != 1 or waiting <= LEAST_WAITING:
        return None
    text = f"of {sent} {name} requests at once one reached the database; the others wait for it"
    return Problem(CellFailure.CROWD, f"{text}{_blocked_in(watch)}")


def _blocked_in(watch: LoopWatch) -> str:
    if watch.samples < LEAST_SAMPLES or watch.share < STUCK_SHARE:
        return ""
    return f": the event loop is blocked in {watch.calls.most_common(1)[0][0]}"


def sessions_problem(sent: int, sessions: int, declared: int | None) -> Problem | None:
    """More sessions than the app's pools may have."""
    if declared is None or sessions <= TIMES_DECLARED * declared:
        return None
    text = f"{sessions} sessions for {sent} requests at once; the app declares {declared}"
    return Problem(CellFailure.CROWD, text)


def stuck_loop_problem(sent: int, seconds: float, watch: LoopWatch) -> Problem | None:
    """``seconds``: how long a health probe waited while the requests began."""
    where = _blocked_in(watch)
    if seconds < STUCK_SECONDS or not where:
        return None
    text = f"{sent} requests at once, and a health probe waits {1000 * seconds:.0f} ms"
    return Problem(CellFailure.CROWD, f"{text}{where}")


def in_step_problem(
    sent: int, failed: Sequence[float], repeated: Sequence[float]
) -> Problem | None:
    """Requests that failed together must not come back together."""
    if not failed or len(repeated) < LEAST_REPEATS:
        return None
    pause = min(repeated) - max(failed)
    spread, before = max(repeated) - min(repeated), max(failed) - min(failed)
    if pause < PAUSE_SECONDS or spread > before + SPREAD_SHARE * pause:
        return None
    text = f"{sent} requests that failed at once all pause for {1000 * pause:.0f} ms"
    return Problem(CellFailure.IN_STEP, f"{text}, and are repeated at once again: without jitter")


def attempts_problem(name: str, sent: int, attempts: int) -> Problem | None:
    """A statement that always fails is repeated within reason."""
    if attempts <= MAX_ATTEMPTS * sent:
        return None
    text = f"{attempts} attempts for {sent} {name} requests at once that all fail"
    return Problem(CellFailure.STORM, f"{text}: no budget for repeats")

"""A circuit breaker: pure, without I/O or clock of its own.

             failures ≥ threshold                open time is over, one asks
    CLOSED ───────────────────────▶ OPEN ◀──────────────────────▶ HALF-OPEN
       ▲                                    its attempt fails          │
       └───────────────────────────────────────────────────────────────┘
                             its attempt succeeds

Only what says something about the database counts: a connection that cannot be made, is cut, or
goes silent. A row that is missing, a broken constraint or a deadlock is an answer, and proves
that the database is there. Each admission is a permit of one generation: what comes late from
before a change of state cannot open or close anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum

WINDOW = 10
THRESHOLD = 5
OPEN_SECONDS = 0.05


class State(Enum):
    """Of the circuit; the values are those of the metric."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Permit:
    """The right to one attempt; exactly the first report counts."""

    __slots__ = ("_breaker", "_generation", "_reported", "trial")

    def __init__(self, breaker: CircuitBreaker, generation: int, *, trial: bool) -> None:
        self._breaker = breaker
        self._generation = generation
        self._reported = False
        self.trial = trial
        """Whether the circuit waits for this attempt's outcome."""

    @property
    def stale(self) -> bool:
        """Whether the circuit has changed since: what was admitted is not admitted any more."""
        return self._generation != self._breaker.generation

    def succeeded(self) -> None:
        """The database answered, whatever the answer was."""
        self._report(ok=True)

    def failed(self) -> None:
        """The database did not answer."""
        self._report(ok=False)

    def dropped(self) -> None:
        """The attempt ended without evidence: cancelled, or shed before it reached the database."""
        self._report(ok=None)

    def _report(self, *, ok: bool | None) -> None:
        if not self._reported:
            self._reported = True
            self._breaker.heard(self._generation, ok=ok)


class CircuitBreaker:
    """Opens when ``threshold`` of the last ``window`` attempts failed; tries again soon.

    Args:
        now: the clock, in seconds.
        open_seconds: pause between two trials. Short, because a trial is one connection; the
            point is that there is one of it, not hundreds.
    """

    def __init__(
        self,
        now: Callable[[], float],
        *,
        window: int = WINDOW,
        threshold: int = THRESHOLD,
        open_seconds: float = OPEN_SECONDS,
    ) -> None:
        if not 1 <= threshold <= window:
            raise ValueError(f"threshold {threshold} must be between 1 and the window, {window}")
        self._now = now
        self._threshold = threshold
        self._open_seconds = open_seconds
        self._outcomes: deque[bool] = deque(maxlen=window)
        self.generation = 0
        self._trial_at = 0.0
        self._listeners: list[Callable[[State], None]] = []
        self.state = State.CLOSED
        self.last_success = now()
        self.opened = 0

    def on_change(self, listener: Callable[[State], None]) -> None:
        """Call ``listener`` with each new state."""
        self._listeners.append(listener)

    def admit(self) -> Permit | None:
        """A permit, or None while the circuit is open or its trial is under way."""
        if self.state is State.OPEN and self.trial_in() <= 0:
            self._enter(State.HALF_OPEN)
            return Permit(self, self.generation, trial=True)
        return Permit(self, self.generation, trial=False) if self.state is State.CLOSED else None

    def trial_in(self) -> float:
        """Seconds until an open circuit admits a trial; never negative."""
        return max(0.0, self._trial_at - self._now()) if self.state is State.OPEN else 0.0

    def silent_seconds(self) -> float:
        """How long nothing has succeeded."""
        return self._now() - self.last_success

    def heard(self, generation: int, *, ok: bool | None) -> None:
        """An outcome of a permit; those of earlier generations are ignored."""
        if generation != self.generation:
            return
        if ok:
            self.last_success = self._now()
        if self.state is State.HALF_OPEN:
            self._enter(State.CLOSED if ok else State.OPEN)
        elif ok is not None:
            self._outcomes.append(ok)
            if self._outcomes.count(False) >= self._threshold:
                self._enter(State.OPEN)

    def _enter(self, state: State) -> None:
        self.opened += self.state is State.CLOSED
        self.state = state
        self.generation += 1
        self._outcomes.clear()
        if state is State.OPEN:
            self._trial_at = self._now() + self._open_seconds
        for listener in self._listeners:
            listener(state)

"""The live line of a terminal: what each running scenario is doing."""

from __future__ import annotations

from rich.console import Console
from rich.status import Status
from rich.text import Text

from squall.core import events
from squall.reports.printable import printable


class LiveLine:
    """One line, shared by all scenarios that run at the same time. Does nothing without a
    terminal.
    """

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console = console
        self._shown = console.is_terminal and not quiet
        self.phases: dict[str, str] = {}
        self._status: Status | None = None
        self.progress = ""
        """Progress of the suite, shown first."""

    @property
    def is_shown(self) -> bool:
        """Whether there is a terminal."""
        return self._shown

    @property
    def text(self) -> str:
        """The text of the line."""
        now = [f"{one}: {phase}" for one, phase in self.phases.items()]
        return "  ·  ".join([self.progress, *now] if self.progress else now)

    @property
    def is_live(self) -> bool:
        """Whether the line is on the screen."""
        return self._status is not None

    def show(self, scenario: str, phase: str) -> None:
        """Show a phase in the line; an empty one removes the scenario."""
        if not self._shown:
            return
        self.phases.pop(scenario, None)
        if phase:
            self.phases[scenario] = phase
        line = Text(printable(self.text), no_wrap=True, overflow="ellipsis")
        if self._status is not None and not self.phases:
            self.stop()
        elif self._status is not None:
            self._status.update(line)
        elif self.phases:
            self._status = self._console.status(line)
            self._status.start()

    def stop(self) -> None:
        """Remove the line, even if scenarios are running."""
        self.phases.clear()
        if self._status is not None:
            self._status.stop()
            self._status = None


def phase_of(event: events.Event) -> str:
    """What a run is doing from this event on; empty if the event does not change it."""
    if isinstance(event, events.FaultInjected):
        return f"{event.label} is in force"
    if isinstance(event, events.FaultHealed):
        return f"{event.fault} healed ({event.bitten}), watching the recovery"
    if isinstance(event, events.RunEnded):
        return "checking data in the database"
    return ""

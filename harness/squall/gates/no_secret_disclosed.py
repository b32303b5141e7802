"""The password of the database is not disclosed: neither in a log line nor in an answer.

Drivers include the address in their exceptions, and an address contains the password. Each lab has
its own random password, so a match is not an accident.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import SecretDisclosed
from squall.gates.findings import failed, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

IN_LOG = "password-in-log"
IN_ANSWER = "password-in-answer"
PLACES = {"log": ("lines of the app's log", IN_LOG), "answer": ("error answers", IN_ANSWER)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSecretDisclosed(Gate):
    """Neither the app's log nor an error answer contains the database's password."""

    name = "no-secret-disclosed"
    severity = Severity.FORM

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the places. An answer is worse than the log."""
        seen = [event for event in evidence.events if isinstance(event, SecretDisclosed)]
        if not seen:
            return passed(self.name, "the database's password was in no log line and no answer")
        worst = min(seen, key=lambda event: event.place)  # "answer" sorts before "log"
        where = " and ".join(f"{event.count} {PLACES[event.place][0]}" for event in seen)
        figures = {event.place: event.count for event in seen}
        reason = f"the database's password is in {where}"
        return failed(self.name, reason, figures, code=PLACES[worst.place][1])

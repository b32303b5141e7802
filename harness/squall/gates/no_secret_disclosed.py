"""The password of the database is not disclosed: neither in a log line nor in an answer, be it an
error or a success, such as a copy that names in a header where it is from. Nor are the credentials
of clients in a log line.

Drivers include the address in their exceptions, and an address contains the password. Each lab has
its own random password, so a match is not an accident.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import ProbeSampled, SecretDisclosed
from squall.gates.findings import failed, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

IN_LOG = "password-in-log"
IN_ANSWER = "password-in-answer"
IN_SUCCESS = "password-in-success"
CREDENTIALS_IN_LOG = "credentials-in-log"
PASSWORD, TOKEN = "the database's password", "a client's credentials"
PLACES = {
    "success": (f"{PASSWORD} in %d answers that succeeded, or in their headers", IN_SUCCESS),
    "answer": (f"{PASSWORD} in %d error answers", IN_ANSWER),
    "probe": (f"{PASSWORD} in %d answers to probes of health", IN_ANSWER),
    "log": (f"{PASSWORD} in %d lines of the app's log", IN_LOG),
    "token": (f"{TOKEN} in %d lines of the app's log", CREDENTIALS_IN_LOG),
}
"""What is disclosed where, the worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSecretDisclosed(Gate):
    """The log and the answers contain neither the database's password nor, in the log, the
    credentials of clients.
    """

    name = "no-secret-disclosed"
    severity = Severity.FORM

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the places. An answer is worse than the log."""
        counts = _count_by_place(evidence)
        if not counts:
            return passed(self.name, "the database's password was in no log line and no answer")
        places = [place for place in PLACES if place in counts]
        told = " and ".join(PLACES[place][0] % counts[place] for place in places)
        return failed(self.name, f"disclosed: {told}", counts, code=PLACES[places[0]][1])


def _count_by_place(evidence: Evidence) -> dict[str, int]:
    """How often a secret was seen, by place; places where it was not are left out."""
    seen = [event for event in evidence.events if isinstance(event, SecretDisclosed)]
    counts = {event.place: event.count for event in seen}
    probes = [event for event in evidence.events if isinstance(event, ProbeSampled)]
    if disclosed := sum(probe.discloses for probe in probes):
        counts["probe"] = disclosed
    return counts

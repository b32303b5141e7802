"""Names of the cures: each is a section of ``docs/explanation/cures.md``, by the same word."""

from __future__ import annotations

from dataclasses import dataclass

PAGE = "docs/explanation/cures.md"


@dataclass(frozen=True, slots=True)
class Cure:
    """What most likely helps."""

    key: str
    """The section's anchor, and what ``squall cure`` takes."""
    title: str
    """The section's heading: an order, for a person in a hurry."""

    @property
    def url(self) -> str:
        """Where it is told in full, relative to the repository."""
        return f"{PAGE}#{self.key}"


def _cure(title: str) -> Cure:
    """A cure whose anchor is its title as GitHub makes anchors of headings."""
    return Cure(title.lower().replace(" ", "-"), title)


COMMIT_FIRST = _cure("Commit before you answer")
ONE_TRANSACTION = _cure("One request, one transaction")
IDEMPOTENCY = _cure("Give writes an idempotency key")
UNKNOWN_COMMIT = _cure("Say that you do not know")
SURVIVE = _cure("Live on without the database")
BOUND_WAITS = _cure("Bound every wait")
DEAD_CONNECTIONS = _cure("Throw dead connections away")
SILENT_CONNECTIONS = _cure("Find silent connections")
GIVE_BACK = _cure("Give connections back")
OWN_SESSION = _cure("A session of its own for each request")
POOL = _cure("Keep connections in a pool")
LIMIT_POOL = _cure("Limit the pool")
RETRY = _cure("Repeat what is harmless")
RETRY_BUDGET = _cure("Retry within a budget")
FAIL_FAST = _cure("Refuse at once while the outage is known")
TRY_AGAIN_SOON = _cure("Try again soon after an outage")
ANSWER_503 = _cure("Answer 503 when the database is away")
KEEP_INSIDE = _cure("Keep the inside inside")
PROBLEM_DETAILS = _cure("Say problems in a known form")
LIVENESS = _cure("Liveness without the database")
READINESS = _cure("Readiness that tells the truth")
READ_ONLY = _cure("Leave a server that takes no writes")
PREPARED = _cure("Forget prepared statements that are gone")
AWAIT_TASKS = _cure("Leave nothing to the last resort")
LAST_KNOWN_GOOD = _cure("Serve what you have")
USE_THE_ADDRESS = _cure("Use the address that is given")
PROVE_SOMETHING = _cure("When a run proves nothing")

CURES: tuple[Cure, ...] = tuple(value for value in list(globals().values()) if type(value) is Cure)
"""All of them, in the order of the page."""

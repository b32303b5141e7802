"""Names of the remedies. Each is a section of ``docs/explanation/remedies.md``."""

from __future__ import annotations

from dataclasses import dataclass

PAGE = "docs/explanation/remedies.md"


@dataclass(frozen=True, slots=True)
class Remedy:
    """The most likely remedy."""

    key: str
    """The section's anchor, and the argument of ``squall explain``."""
    title: str
    """The section's heading, an imperative."""
    cause: str
    """The problem in a few words, used as the heading of a list of causes."""

    @property
    def url(self) -> str:
        """Where it is described in full, relative to the repository."""
        return f"{PAGE}#{self.key}"


def _remedy(title: str, cause: str) -> Remedy:
    """A remedy whose anchor is derived from its title, as GitHub derives the anchors of
    headings.
    """
    return Remedy(title.lower().replace(" ", "-"), title, cause)


COMMIT_FIRST = _remedy("Commit before you answer", "success is answered before the COMMIT")
ONE_TRANSACTION = _remedy(
    "One request, one transaction", "one request writes in more than one transaction"
)
ONE_SNAPSHOT = _remedy(
    "Read what belongs together at once", "the parts of one answer are read at different moments"
)
IDEMPOTENCY = _remedy("Give writes an idempotency key", "a repeated write is applied twice")
OWN_COLUMNS = _remedy(
    "Save only what you change", "a write saves what others have changed meanwhile"
)
UNKNOWN_COMMIT = _remedy(
    "Say that you do not know", "a write that may be committed is reported as failed"
)
TAKE_UP_AGAIN = _remedy(
    "Take up work that was left", "accepted work stays pending after the outage"
)
NO_FALSE_SUCCESS = _remedy(
    "Never answer success for an error", "answers hide the outage from the client"
)
SURVIVE = _remedy("Live on without the database", "the outage ends the app or cuts its connections")
BOUND_WAITS = _remedy("Bound every wait", "nothing bounds the wait for the database")
BOUND_CALLS = _remedy("Bound every call", "nothing bounds the wait for a service that is called")
DEAD_CONNECTIONS = _remedy("Throw dead connections away", "the pool keeps dead connections")
SILENT_CONNECTIONS = _remedy(
    "Find silent connections", "the pool keeps connections that no longer answer"
)
GIVE_BACK = _remedy("Give connections back", "connections are not given back after an error")
ROLL_BACK = _remedy("Roll back after an error", "a failed transaction stays open on its session")
RECONNECT_LISTENERS = _remedy(
    "Reconnect sessions that listen", "a session that listens for notifications does not come back"
)
KEEP_POLLING = _remedy(
    "Let background tasks survive an error", "a task in the background ended with its first error"
)
CLEAN_SESSIONS = _remedy(
    "Leave nothing on a pooled session", "locks, tables or settings stay on a pooled session"
)
FREE_WHILE_STREAMING = _remedy(
    "Hold no connection while you stream", "each open stream keeps a pooled connection"
)
TAKE_LATE = _remedy(
    "Take nothing before the request is there", "slow clients keep connections or places"
)
FREE_WHILE_WAITING = _remedy(
    "Hold no connection while you wait for an upstream",
    "connections are held while requests wait for an upstream",
)
FINISH_REQUESTS = _remedy(
    "Finish requests before you end", "requests under way are cut at a deploy"
)
GIVE_BACK_RESOURCES = _remedy(
    "Close what you open on every path",
    "files, sockets, threads or memory are kept after a failure",
)
ONE_CONNECTION = _remedy(
    "One connection for each request", "a request holds one connection and waits for another"
)
SAME_ORDER = _remedy(
    "Lock rows in one order", "requests lock the same rows in different orders, and wait in a ring"
)
READ_WITHOUT_LOCKS = _remedy("Let reads wait for nobody", "reads lock the rows that they show")
ASK_ONCE = _remedy(
    "Ask once for all of a list", "one request sends many statements, one after another"
)
FREE_THE_LOOP = _remedy(
    "Keep the event loop free", "a synchronous call or sleep blocks the event loop"
)
FAIL_CLOSED = _remedy(
    "Refuse whom you cannot check", "clients without credentials are let in during an outage"
)
OWN_ANSWER = _remedy(
    "Hand out results by their key", "requests that run together get each other's answers"
)
OWN_SESSION = _remedy(
    "A session of its own for each request", "requests share one connection or session"
)
POOL = _remedy("Keep connections in a pool", "each request opens connections of its own")
WAIT_FOR_A_PLACE = _remedy(
    "Let requests wait for a connection", "an empty pool refuses at once, and nothing waits for it"
)
LIMIT_POOL = _remedy("Limit the pool", "the pool has no bound")
RETRY = _remedy("Repeat what is harmless", "requests fail that could be retried safely")
RETRY_BUDGET = _remedy("Retry within a budget", "retries overload the database")
FAIL_FAST = _remedy(
    "Refuse at once while the outage is known",
    "each request waits to find out about a known outage",
)
TRY_AGAIN_SOON = _remedy(
    "Try again soon after an outage", "the app refuses requests although the database is back"
)
COUNT_OUTAGES = _remedy(
    "Count only what says that the database is away",
    "errors of some statements refuse all requests",
)
ANSWER_503 = _remedy(
    "Answer 503 when the database is away", "unhandled database errors become HTTP 500"
)
KEEP_INSIDE = _remedy("Keep the inside inside", "error answers show internals")
HIDE_SECRETS = _remedy(
    "Keep secrets out of logs and answers", "the database password is in a log or an answer"
)
PROBLEM_DETAILS = _remedy(
    "Say problems in a known form", "error answers break the declared contract"
)
LIVENESS = _remedy("Liveness without the database", "the liveness probe depends on the database")
READINESS = _remedy("Readiness that tells the truth", "the readiness probe is wrong or late")
ROOM_FOR_TWO = _remedy(
    "Leave room for the next version", "two versions at once need more connections than there are"
)
SHORT_LOCKS = _remedy(
    "Migrate once, and lock nothing for long", "the start of a new version locks out the old one"
)
LEAVE_THE_OLD_ONE = _remedy(
    "Leave the old version alone when you start", "a start takes away what the old version needs"
)
END_WHEN_TOLD = _remedy("End when you are told to", "the app does not end after SIGTERM")
READ_ONLY = _remedy(
    "Leave a server that takes no writes", "the pool keeps connections to a read-only server"
)
PREPARED = _remedy(
    "Forget prepared statements that are gone", "prepared statements are used after they are gone"
)
AWAIT_TASKS = _remedy(
    "Leave nothing to the last resort", "tasks or connections are left to the garbage collector"
)
LAST_KNOWN_GOOD = _remedy("Serve what you have", "reads fail although a copy could be served")
USE_THE_ADDRESS = _remedy("Use the address that is given", "the fault did not reach the app")
PROVE_SOMETHING = _remedy("When a run proves nothing", "the run proves nothing")

REMEDIES: tuple[Remedy, ...] = tuple(
    value for value in list(globals().values()) if type(value) is Remedy
)
"""All of them, in the order of the page."""

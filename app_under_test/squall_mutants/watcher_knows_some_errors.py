"""The task that watches the database goes on after connection errors, and ends with any other.

Mistake: ``except (OSError, Unreachable)`` in the loop, and nobody looks at its task.
Outage: logins are refused, statements are cancelled, or the server is starting up.
Symptom: the app is never ready again, though it serves; or it never starts.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded, Unreachable
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = (
    "app-starts-while-database-is-down",
    "database-starting-up",
    "password-changed",
    "any-statement-cancelled",
    "statements-cancelled",
    "app-restarts-in-an-outage",
)
SET = "eighth"
KNOWN = (OSError, Unreachable, DeadlineExceeded)


async def prepared(self: Readiness) -> bool:
    """True; or False when the database is away."""
    try:
        await self._work.prepare()
    except KNOWN:
        return False
    self.started = True
    return True


async def probed(self: Readiness) -> bool:
    """True; or False when the database is away."""
    permit = self._breaker.admit()
    ok = False
    try:
        await self._work.probe()
        ok, self._seen_at = True, self._now()
    except KNOWN:
        ok = False
    finally:
        if permit is not None:
            permit.succeeded() if ok else permit.failed()
    return ok


def create_app() -> FastAPI:
    """The reference app with a watcher that ends."""
    replace(Readiness, "_prepared", prepared)
    replace(Readiness, "_probed", probed)
    return main.create_app()

"""A PostgreSQL server that someone else operates, known by its address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from squall_faults.ports import SESSION_SECONDS, StopMode

from squall.core.errors import LabError
from squall.lab import readiness
from squall.lab.credentials import DatabaseSecrets
from squall.lab.endpoint import Endpoint
from squall.lab.observer import Observer
from squall.lab.sessions import Session, session, tls_of

NOT_OURS = "Squall did not start PostgreSQL, so it cannot stop it"
PORT = 5432


class AttachedPostgres:
    """Implements ``DatabaseComponent`` as far as a session allows."""

    unasked_end = ""
    """Unknown: if the server exits, sessions are refused."""

    def __init__(self, url: str, directory: Path) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or PORT
        self.url = self.admin_url = url
        self.secrets = DatabaseSecrets(app=parts.password or "")
        self.log_path = directory / "postgres.log"
        """Does not exist: the server's log is not accessible."""
        self._user = parts.username or "postgres"
        self._name = parts.path.strip("/") or self._user

    async def start(self) -> None:
        """Check that it accepts a session.

        Raises:
            LabError: it does not; the password is not printed.
        """
        observer = Observer(self.url)
        try:
            await observer.totals({"a session": "SELECT 1"})
        except LabError as error:
            raise LabError(
                f"--database: no session at {self.host}:{self.port}: {error.__cause__ or error}"
            ) from None
        finally:
            await observer.close()

    async def accepts(self) -> bool:
        """Whether it accepts a session now. With TLS, a session that is opened says so."""
        if tls_of(self.url) is None:
            return await self._opens()
        return await readiness.accepts_sessions(
            Endpoint(self.host, self.port), self._user, self._name
        )

    async def _opens(self) -> bool:
        observer = Observer(self.url)
        try:
            await observer.totals({"a session": "SELECT 1"})
        except LabError:
            return False
        finally:
            await observer.close()
        return True

    def session(self, *, wait_seconds: float = SESSION_SECONDS) -> Session:
        """A session for a fault, as the user of the address."""
        return session(self.url, wait_seconds)

    async def client_backends(self) -> int:
        """Sessions of the app now."""
        observer = Observer(self.url)
        try:
            sample = await observer.sample()
        finally:
            await observer.close()
        return 0 if sample is None else sample.total

    async def logged(self, words: str) -> int:
        """Refused: the log is not accessible."""
        raise LabError(f"the log of PostgreSQL is not known, so {words!r} cannot be counted")

    async def stop(self, mode: StopMode) -> None:
        """Refused."""
        raise LabError(f"{NOT_OURS} ({mode})")

    async def kill(self) -> None:
        """Refused."""
        raise LabError(NOT_OURS)

    async def pause(self) -> None:
        """Refused."""
        raise LabError(NOT_OURS)

    async def resume(self) -> None:
        """Refused."""
        raise LabError(NOT_OURS)

    async def close(self) -> None:
        """Does nothing: the server keeps running."""

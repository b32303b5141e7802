"""A running lab for ordinary tests: addresses, requests, and faults for the length of a block.

with squall.inject("network.latency", latency_ms=300):
    answer = squall.lab.client.get("/items")
assert answer.status in (200, 503)
"""

from __future__ import annotations

import asyncio
import json as json_module
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import squall_faults as faults
from squall_faults import Fault, FaultError, within
from squall_faults.catalogue import key_of

from squall.core.errors import LabError, UsageError
from squall.lab.lab import Lab
from squall.runner.sync import SyncLab

ATTEMPT_SECONDS = 30.0


class FaultMissed(AssertionError):
    """A fault was in force and had no effect, so the test's result is not caused by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabAnswer:
    """What the app answered."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    text: str
    seconds: float

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body, read as JSON."""
        return json_module.loads(self.text)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Redirects are returned as answers."""

    def redirect_request(self, *_given: Any, **_more: Any) -> None:  # noqa: ANN401 - urllib's own
        return None


@dataclass(frozen=True, slots=True)
class LabClient:
    """Sends requests to the app, each on its own connection, with the lab's credentials."""

    base_url: str
    headers: Mapping[str, str]

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,  # noqa: ANN401 - JSON
        headers: Mapping[str, str] | None = None,
        timeout: float = ATTEMPT_SECONDS,
    ) -> LabAnswer:
        """Send one request. A status of 400 or more is also an answer.

        Raises:
            OSError: no answer came: TimeoutError, ConnectionError.
        """
        body = None if json is None else json_module.dumps(json).encode()
        sent = {**({"Content-Type": "application/json"} if body else {}), **self.headers}
        url = f"{self.base_url}/{path.lstrip('/')}"
        request = urllib.request.Request(  # noqa: S310 - the lab's own address
            url, data=body, headers={**sent, **(headers or {})}, method=method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
        begun = time.monotonic()
        try:
            answer = opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            answer = error
        except urllib.error.URLError as error:
            raise error.reason if isinstance(error.reason, OSError) else error from None
        with answer:
            text = answer.read().decode(errors="replace")
        names = {name.lower(): value for name, value in answer.headers.items()}
        took = time.monotonic() - begun
        return LabAnswer(status=int(answer.status), headers=names, text=text, seconds=took)

    def get(self, path: str, **given: Any) -> LabAnswer:  # noqa: ANN401 - those of request
        """``request("GET", …)``."""
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> LabAnswer:  # noqa: ANN401 - the same
        """``request("POST", …)``."""
        return self.request("POST", path, **given)

    def put(self, path: str, **given: Any) -> LabAnswer:  # noqa: ANN401 - the same
        """``request("PUT", …)``."""
        return self.request("PUT", path, **given)

    def patch(self, path: str, **given: Any) -> LabAnswer:  # noqa: ANN401 - the same
        """``request("PATCH", …)``."""
        return self.request("PATCH", path, **given)

    def delete(self, path: str, **given: Any) -> LabAnswer:  # noqa: ANN401 - the same
        """``request("DELETE", …)``."""
        return self.request("DELETE", path, **given)


@dataclass(frozen=True, slots=True)
class LabAccess:
    """Access to a running lab, for tests."""

    lab: Lab

    @property
    def url(self) -> str:
        """The app's address for clients: through the proxy in front of the app."""
        return f"http://{self.lab.app_address}"

    @property
    def app_database_url(self) -> str:
        """The database's address as configured in the app: through the proxy, where faults act."""
        return self.lab.app_database_url

    @property
    def database_url(self) -> str:
        """The database's address for reading rows, with the app's role, not through a proxy."""
        parts = urlsplit(self.lab.app_database_url)
        credentials, _, _ = parts.netloc.rpartition("@")
        database = self.lab.database
        place = f"{credentials}@{database.host}:{database.port}"
        return urlunsplit(parts._replace(netloc=place))

    @property
    def engine_url(self) -> str:
        """The engine's HTTP API, for Toxiproxy clients."""
        return self.lab.engine_address

    @property
    def client(self) -> LabClient:
        """Sends requests to the app, with the credentials of the declared login."""
        each = [set(one.headers.items()) for one in self.lab.profile.operations]
        shared = set.intersection(*each) if each else set()
        return LabClient(self.url, {**self.lab.profile.headers, **dict(shared)})


@dataclass(slots=True)
class InjectedFault:
    """A fault that is or was in force."""

    fault: str
    bites: int = 0
    """How often it had an effect; known after the block."""
    what: str = ""
    """What the bites count."""


@contextmanager
def injected(
    held: SyncLab,
    fault: Fault | str,
    given: Mapping[str, Any],
    *,
    may_miss: bool,
) -> Iterator[InjectedFault]:
    """Hold a fault in force for the length of the block. Afterwards the lab is intact.

    Raises:
        UsageError: the fault or attribute does not exist.
        LabError: it could not be injected or healed.
        FaultMissed: it had no effect, and ``may_miss`` is false.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    wanted = _fault(fault, given)
    record = InjectedFault(key_of(wanted))
    lab = held.lab
    with held.hold(lambda ready, end: _hold(lab, wanted, record, ready, end)):
        yield record
    if not record.bites and not may_miss:
        raise FaultMissed(
            f"{record.fault} touched nothing; if that is right here, pass may_miss=True"
        )


async def _hold(
    lab: Lab, fault: Fault, record: InjectedFault, ready: asyncio.Event, end: asyncio.Event
) -> None:
    """Inject, wait for the end of the block, heal. LabError unless the lab is intact afterwards."""
    try:
        async with within(fault, lab.port_for(fault)) as injection:
            ready.set()
            await end.wait()
            bite = await injection.bite()
            record.bites, record.what = bite.count, bite.what
    except FaultError as error:
        raise LabError(f"{record.fault}: {error}") from None
    if left := await lab.broken():
        raise LabError(f"after {record.fault} the lab is not whole: {left}")


def _fault(fault: Fault | str, given: Mapping[str, Any]) -> Fault:
    if not isinstance(fault, str):
        return fault
    try:
        return faults.from_dict({"fault": fault, **given})
    except FaultError as error:
        raise UsageError(str(error)) from None

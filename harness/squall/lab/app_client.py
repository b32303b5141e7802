"""Requests to the app before the load: each on its own connection, each with a time limit.

A server that closes its connection after a 500 affects no other request, and no credential leaves
the app's origin.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from squall.lab.client_addresses import ClientAddresses
from squall.lab.told_errors import with_told_status
from squall.lab.user_tables import RunSql
from squall.workload.http_exchange import BODY_KEPT, Answer, client_session, exchange
from squall.workload.operations import WEBSOCKET
from squall.workload.urls import OtherOrigin, join_same_origin
from squall.workload.websockets import exchange_once

ASK_SECONDS = 5.0
REPLY_SECONDS = 1.0
"""How long a websocket's answer to a message is awaited."""
MAX_REDIRECTS = 3
CSRF = re.compile(r"[cx]srf", re.IGNORECASE)
"""Names of cookies, fields and paths of a token against CSRF."""
CSRF_HEADERS = ("X-CSRF-Token", "X-CSRFToken", "X-XSRF-TOKEN")


class NoAnswer(Exception):
    """The app gave no answer. The text says what came instead."""


@dataclass(slots=True)
class AppClient:
    """Sends requests to one app and keeps its cookies."""

    session: aiohttp.ClientSession
    base_url: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    keeps_cookies: bool = False
    """Whether cookies of answers are kept and sent: during a login."""
    addresses: ClientAddresses = field(default_factory=ClientAddresses)
    run_sql: RunSql | None = None
    """Statements on the lab's database; None if the database is the user's own."""
    tried: dict[str, str] = field(default_factory=dict)
    """Paths of the search for a login, each with the last status."""

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,  # noqa: ANN401 - JSON
        media: str = "json",
        keep: int = BODY_KEPT,
    ) -> Answer:
        """One request, with the credentials; redirects are answers, and an error that the body of a
        200 tells of has its status.

        Raises:
            NoAnswer: with the reason.
            OtherOrigin: the path leads to another host.
        """
        url = join_same_origin(self.base_url + "/", "/" + path.lstrip("/"))
        given = {**self.credentials(), **(headers or {})}

        async def once(own: Mapping[str, str]) -> Answer:
            if method == WEBSOCKET:
                return await exchange_once(self.session, url, {**given, **own}, body, REPLY_SECONDS)
            return await exchange(
                self.session, method, url, headers={**given, **own}, body=body, media=media,
                keep=keep,
            )  # fmt: skip

        answer = await self._in_time(once)
        if self.keeps_cookies:
            self.cookies.update(answer.cookies)
        return with_told_status(answer)

    async def _in_time(self, once: Callable[[Mapping[str, str]], Awaitable[Answer]]) -> Answer:
        """The answer; if one address is limited, that to another address."""
        addresses = self.addresses
        try:
            async with asyncio.timeout(ASK_SECONDS):
                answer = await once(addresses.next_header() if addresses.used else {})
                if addresses.may_try(answer.status):
                    other = await once(addresses.next_header())
                    addresses.used = other.status != answer.status
                    answer = other if addresses.used else answer
                return answer
        except TimeoutError:
            raise NoAnswer(f"no answer within {ASK_SECONDS:g} s") from None
        except Exception as error:
            raise NoAnswer(f"no answer ({type(error).__name__})") from error

    def credentials(self) -> dict[str, str]:
        """The headers of every request: configured ones, cookies, CSRF tokens that are sent
        back.
        """
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for name, value in self.cookies.items():
            if CSRF.search(name):
                headers = {**dict.fromkeys(CSRF_HEADERS, value), **headers}
        return headers

    @property
    def is_anonymous(self) -> bool:
        """Whether nothing but a token against CSRF is sent: no login, and no configured header."""
        only_csrf = all(CSRF.search(name) for name in self.cookies)
        return only_csrf and not set(self.headers) - set(CSRF_HEADERS)

    async def get_page(self, path: str, keep: int = BODY_KEPT) -> Answer:
        """GET, following a few redirects within the app's origin.

        Raises:
            NoAnswer: there is no answer, or it leads to another origin.
        """
        for _ in range(MAX_REDIRECTS):
            answer = await self.send("GET", path, keep=keep)
            place = answer.headers.get("location")
            if answer.ok or place is None or not redirects(answer):
                return answer
            try:
                path = join_same_origin(self.base_url + path, place).removeprefix(self.base_url)
            except OtherOrigin as error:
                raise NoAnswer(f"it redirects: {error}; not followed") from error
        raise NoAnswer(f"it redirects more than {MAX_REDIRECTS} times")


def redirects(answer: Answer) -> bool:
    """Whether the answer is a redirect."""
    return 300 <= answer.status < 400  # noqa: PLR2004 - HTTP's 3xx


def app_client(base_url: str, headers: Mapping[str, str]) -> AppClient:
    """A client. Close its ``session`` afterwards."""
    return AppClient(client_session(ASK_SECONDS, fresh=True), base_url, dict(headers))

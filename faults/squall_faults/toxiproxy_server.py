"""One server that speaks Toxiproxy's HTTP API, called without blocking and with time limits.

``toxiproxy-python`` is the client. It lacks what a harness needs, and this adapter adds it: a time
limit on every call, the server's own words in errors (5xx, too), several servers in one process,
and calls that do not block the event loop. Only the library's request layer is used
(``APIConsumer``): its proxy objects know neither time limits nor updates.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from requests import Timeout
from toxiproxy.api import APIConsumer
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from squall_faults.errors import EngineSilent, InjectionFailed

CALL_SECONDS = 20.0
"""Limit of one API call.

A Toxiproxy that removes a toxic waits 5 s for each piece of data that a closed client no longer
takes, three of a connection at most, and keeps every other call waiting meanwhile (``link.go`` and
``toxic.go`` of 2.12). One that hangs answers 503 only after 25 s.
"""

NO_HTTP_PROXY = {"http": ""}
"""A proxy from the environment must not stand between the harness and a loopback address.

``requests`` drops None and takes the environment's instead; it also writes into what it is given.
"""


class ToxiproxyServer:
    """One server that speaks Toxiproxy's HTTP API."""

    def __init__(
        self, host: str, port: int, *, call_seconds: float = CALL_SECONDS, token: str = ""
    ) -> None:
        """``token``: what an embedded engine that was given one wants to see."""
        self._headers = {"X-Squall-Token": token} if token else {}
        self.address = f"{host}:{port}"
        # The library keeps the address in class attributes: a class per server keeps servers apart.
        self._consumer = type("Consumer", (APIConsumer,), {"host": host, "port": port})
        self._call_seconds = call_seconds

    async def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """The decoded answer to a GET."""
        return await self._call("get", path)

    async def post(self, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
        """The decoded answer to a POST, None when it has no body."""
        return await self._call("post", path, json=body)

    async def delete(self, path: str) -> None:
        """DELETE; a thing that is already gone is not an error."""
        await self._call("delete", path, missing_ok=True)

    async def version(self) -> str:
        """The server's version, ``git`` for a source build of the real one."""
        return str((await self.get("/version"))["version"])

    async def create(
        self, name: str, *, upstream: str, listen: str = "127.0.0.1:0", protocol: str = ""
    ) -> str:
        """Create a proxy and return the address ``host:port`` that it listens on.

        ``protocol`` ``postgresql`` lets the embedded engine obey rules on messages; a real
        Toxiproxy ignores it.
        """
        body = {"name": name, "listen": listen, "upstream": upstream, "enabled": True}
        if protocol:
            body["protocol"] = protocol
        return str((await self.post("/proxies", body))["listen"])

    async def lead(self, name: str, upstream: str) -> None:
        """Let a proxy dial another server from now on; its connections are closed."""
        await self.post(f"/proxies/{quote(name, safe='')}", {"upstream": upstream})

    async def remove(self, name: str) -> None:
        """Remove a proxy; one that is already gone is not an error."""
        await self.delete(f"/proxies/{quote(name, safe='')}")

    async def whole(self) -> str:
        """Empty when every proxy is on and no toxic is left; else what is still in force."""
        left = []
        for name, proxy in (await self.get("/proxies")).items():
            if not proxy["enabled"]:
                left.append(f"proxy {name} is disabled")
            left += [f"toxic {toxic['name']} is on proxy {name}" for toxic in proxy["toxics"]]
        return ", ".join(left)

    async def _call(self, method: str, path: str, *, missing_ok: bool = False, **more: Any) -> Any:  # noqa: ANN401 - what requests takes
        send = getattr(self._consumer, method)
        limits = {"timeout": self._call_seconds, "proxies": dict(NO_HTTP_PROXY)}
        limits["headers"] = self._headers
        try:
            answer = await asyncio.to_thread(send, path, **limits, **more)
        except NotFound as error:
            if missing_ok:
                return None
            raise self._refused(method, path, _words(error.args[0])) from error
        except (ProxyExists, InvalidToxic) as error:
            raise self._refused(method, path, _words(error.args[0])) from error
        except Timeout as error:
            words = f"{method.upper()} {path} at {self.address}: {type(error).__name__}"
            raise EngineSilent(f"{words}, no answer in {self._call_seconds:g} s") from error
        except OSError as error:  # every error of the library's HTTP client is one
            raise self._refused(method, path, type(error).__name__) from error
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise self._refused(method, path, _words(answer.content))
        return answer.json() if answer.content else None

    def _refused(self, method: str, path: str, words: str) -> InjectionFailed:
        return InjectionFailed(f"{method.upper()} {path} at {self.address}: {words}")


def _words(content: bytes | str) -> str:
    """The server's message: the ``error`` of its JSON, or the text as it is."""
    text = content.decode(errors="replace") if isinstance(content, bytes) else content
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text.strip()[:200]

"""Toxiproxy's HTTP API as a :class:`~faults.ports.NetworkProxy`, for either engine.

``toxiproxy-python`` is the client. It lacks what a harness needs, and this adapter adds it: a time
limit on every call, the server's own words in errors (5xx, too), several servers in one process,
update of a toxic, and calls that do not block the event loop. Only the library's request layer is
used (``APIConsumer``): its proxy objects know neither time limits nor updates.

The real Toxiproxy counts bytes only when a connection ends, so a second engine behind it, the
``meter``, tells what passes while connections live:

    app ──▶ Toxiproxy (faults) ──▶ embedded engine (meter) ──▶ PostgreSQL

What the real one cannot do at all is done there, too: toxics on some connections only, silencing
connections that exist, and rules on PostgreSQL's messages.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests
from toxiproxy.api import APIConsumer
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from faults.errors import InjectionFailed
from faults.ports import EVERYTHING, Direction, Target, Traffic

CALL_SECONDS = 5.0
"""Limit of one API call: nobody waits the 25 s after which a hung Toxiproxy answers 503."""

TTL_SECONDS = 60.0
"""Faults of the embedded engine heal by themselves after this time, if nobody healed them."""

NO_HTTP_PROXY = {"http": ""}
"""A proxy from the environment must not stand between the harness and a loopback address.

``requests`` drops None and takes the environment's instead; it also writes into what it is given.
"""


class ToxiproxyServer:
    """One server that speaks Toxiproxy's HTTP API."""

    def __init__(self, host: str, port: int, *, call_seconds: float = CALL_SECONDS) -> None:
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
        """DELETE; a thing that is already gone is no error."""
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
        """Remove a proxy; one that is already gone is no error."""
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
        try:
            answer = await asyncio.to_thread(send, path, **limits, **more)
        except NotFound as error:
            if missing_ok:
                return None
            raise self._refused(method, path, _words(error.args[0])) from error
        except (ProxyExists, InvalidToxic) as error:
            raise self._refused(method, path, _words(error.args[0])) from error
        except requests.RequestException as error:
            raise self._refused(method, path, type(error).__name__) from error
        if answer.status_code >= requests.codes.bad_request:
            raise self._refused(method, path, _words(answer.content))
        return answer.json() if answer.content else None

    def _refused(self, method: str, path: str, words: str) -> InjectionFailed:
        return InjectionFailed(f"{method.upper()} {path} at {self.address}: {words}")


class ToxiproxyProxy:
    """One proxy of a server; implements ``NetworkProxy`` and ``WireProxy`` of ``faults.ports``."""

    def __init__(
        self,
        server: ToxiproxyServer,
        name: str,
        *,
        meter: ToxiproxyServer | None = None,
        ttl_seconds: float = TTL_SECONDS,
    ) -> None:
        self._server = server
        self._name = name
        self._path = f"/proxies/{quote(name, safe='')}"
        self._meter = meter or server
        self._embedded = meter is None
        self._ttl_ms = {"ttl_ms": int(ttl_seconds * 1000)}
        self._ttl = self._ttl_ms if self._embedded else {}
        self._targeted: set[str] = set()
        """Toxics that the meter's engine holds, because they hit some connections only."""

    @property
    def name(self) -> str:
        """Name of the proxy in its engine."""
        return self._name

    @property
    def resets_live_connections(self) -> bool:
        """Only the embedded engine can."""
        return self._embedded

    async def add_toxic(
        self,
        name: str,
        kind: str,
        *,
        stream: Direction,
        attributes: Mapping[str, int],
        target: Target = EVERYTHING,
    ) -> None:
        """POST the toxic. Which connections it hits is never left to an unseeded chance."""
        body = {
            "name": name,
            "type": kind,
            "stream": stream,
            "toxicity": target.share,
            "attributes": dict(attributes),
        }
        if target == EVERYTHING:
            await self._server.post(f"{self._path}/toxics", {**body, **self._ttl})
            return
        self._targeted.add(name)
        hits = {"scope": target.scope, "connections": target.connections}
        await self._meter.post(f"{self._path}/toxics", {**body, **hits, **self._ttl_ms})

    async def update_toxic(self, name: str, *, attributes: Mapping[str, int]) -> None:
        """POST the new attributes: every server takes POST, PATCH came with 2.6.0."""
        path = f"{self._path}/toxics/{quote(name, safe='')}"
        server, ttl = self._holder(name)
        await server.post(path, {"attributes": dict(attributes), **ttl})

    async def remove_toxic(self, name: str) -> None:
        """DELETE the toxic, if it is there."""
        server, _ = self._holder(name)
        await server.delete(f"{self._path}/toxics/{quote(name, safe='')}")
        self._targeted.discard(name)

    def _holder(self, name: str) -> tuple[ToxiproxyServer, Mapping[str, int]]:
        if name in self._targeted:
            return self._meter, self._ttl_ms
        return self._server, self._ttl

    async def disable(self) -> None:
        """Stop listening and close every connection."""
        await self._server.post(self._path, {"enabled": False, **self._ttl})

    async def enable(self) -> None:
        """Listen on the same port as before."""
        await self._server.post(self._path, {"enabled": True})

    async def reset_connections(self) -> int:
        """An extension of the embedded engine."""
        return int((await self._server.post(f"{self._path}/reset_connections", {}))["reset"])

    async def silence_connections(self) -> int:
        """An extension of the embedded engine: in front, or behind a real Toxiproxy."""
        return int((await self._meter.post(f"{self._path}/silence_connections", {}))["silenced"])

    async def close_silent(self) -> int:
        """Close the connections that were silenced; how many there still were."""
        return int((await self._meter.post(f"{self._path}/close_silent", {}))["closed"])

    async def arm(self, rule: Mapping[str, Any]) -> str:
        """POST a rule on PostgreSQL's messages to the embedded engine."""
        return str((await self._meter.post(f"{self._path}/rules", {**rule, **self._ttl_ms}))["id"])

    async def disarm(self, rule_id: str) -> None:
        """DELETE a rule, if it is there."""
        await self._meter.delete(f"{self._path}/rules/{quote(rule_id, safe='')}")

    async def bites(self, rule_id: str) -> int:
        """How often a rule has acted."""
        rule = await self._meter.get(f"{self._path}/rules/{quote(rule_id, safe='')}")
        return int(rule["bites"])

    async def traffic(self) -> Traffic:
        """Counters of this proxy, or of the meter behind it."""
        seen = await self._meter.get(f"{self._path}/traffic")
        return Traffic(
            open=seen["open"],
            accepted=seen["accepted"],
            upstream_bytes=seen["upstream_bytes"],
            downstream_bytes=seen["downstream_bytes"],
            statements=seen.get("statements"),
        )


def _words(content: bytes | str) -> str:
    """What the server said: the ``error`` of its JSON, or the text as it is."""
    text = content.decode(errors="replace") if isinstance(content, bytes) else content
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text.strip()[:200]

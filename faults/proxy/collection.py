"""All proxies of a server, and what the API does to them: create, populate, update, reset."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Mapping
from typing import Any

from faults.proxy.body import boolean, integer, number, text
from faults.proxy.errors import ApiError
from faults.proxy.proxy import Proxy, Toxic
from faults.proxy.toxics import KINDS, refusal


class Collection:
    """The proxies by name. One change at a time, as in Toxiproxy."""

    def __init__(self, draws: random.Random) -> None:
        self.proxies: dict[str, Proxy] = {}
        self._draws = draws
        self._lock = asyncio.Lock()
        self._healing: list[asyncio.Task[None]] = []

    def proxy(self, name: str) -> Proxy:
        """The proxy called ``name``, or 404."""
        if name not in self.proxies:
            raise ApiError("proxy not found", 404)
        return self.proxies[name]

    def toxic(self, proxy: str, name: str) -> Toxic:
        """A toxic of a proxy, or 404 for either."""
        toxics = self.proxy(proxy).toxics
        if name not in toxics:
            raise ApiError("toxic not found", 404)
        return toxics[name]

    async def create(self, given: Mapping[str, Any]) -> Proxy:
        """POST /proxies: JSON, name, upstream, conflict, then bind."""
        name, upstream = text(given, "name"), text(given, "upstream")
        for field, value in (("name", name), ("upstream", upstream)):
            if not value:
                raise ApiError(f"missing required field: {field}", 400)
        async with self._lock:
            if name in self.proxies:
                raise ApiError("proxy already exists", 409)
            return await self._started(given, name, upstream)

    async def _started(self, given: Mapping[str, Any], name: str, upstream: str) -> Proxy:
        proxy = Proxy(name, text(given, "listen") or "127.0.0.1:0", upstream, self._draws)
        if boolean(given, "enabled", default=True):
            await proxy.start()
        self.proxies[name] = proxy
        return proxy

    async def update(self, name: str, given: Mapping[str, Any]) -> Proxy:
        """PATCH /proxies/{p}: another address restarts it; ``enabled`` starts or stops it."""
        async with self._lock:
            proxy = self.proxy(name)
            listen = text(given, "listen") or proxy.listen
            upstream = text(given, "upstream") or proxy.upstream
            enabled = boolean(given, "enabled", default=proxy.enabled)
            if (_resolved(listen), upstream) != (proxy.listen, proxy.upstream):
                await proxy.stop()
                proxy.listen, proxy.upstream = listen, upstream
            if enabled:
                await proxy.start()
            else:
                await proxy.stop()
                self._enable_later(proxy, integer(given, "ttl_ms"))
            return proxy

    def _enable_later(self, proxy: Proxy, ttl_ms: int | None) -> None:
        if ttl_ms:
            proxy.later("enable", ttl_ms, lambda: self._healing.append(_task(proxy.start())))

    async def delete(self, name: str) -> None:
        """Stop it and forget it with its toxics."""
        async with self._lock:
            proxy = self.proxy(name)
            await proxy.stop()
            del self.proxies[name]

    async def populate(self, entries: object) -> tuple[list[Proxy], ApiError | None]:
        """POST /populate: what is equal stays as it is, what differs is replaced."""
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise ApiError("bad request body: an array of proxies is needed", 400)
        for position, entry in enumerate(entries, start=1):
            for field in ("name", "upstream"):
                if not text(entry, field):
                    raise ApiError(f"missing required field: {field} at proxy {position}", 400)
        done: list[Proxy] = []
        async with self._lock:
            for entry in entries:
                try:
                    done.append(await self._populated(entry))
                except ApiError as error:
                    return done, error
        return done, None

    async def _populated(self, entry: Mapping[str, Any]) -> Proxy:
        name, upstream = text(entry, "name"), text(entry, "upstream")
        existing = self.proxies.get(name)
        if existing is not None:
            listen = text(entry, "listen") or existing.listen
            if (_resolved(listen), upstream) == (existing.listen, existing.upstream):
                return existing
            await existing.stop()
        proxy = await self._started(entry, name, upstream)
        for toxic in entry.get("toxics") or ():
            self._add(proxy, toxic)
        return proxy

    async def reset(self) -> None:
        """POST /reset: every proxy on, every toxic gone."""
        async with self._lock:
            for proxy in self.proxies.values():
                await proxy.start()
                for name in list(proxy.toxics):
                    proxy.remove_toxic(name)

    async def close(self) -> None:
        """Stop everything."""
        for proxy in self.proxies.values():
            await proxy.stop()

    def add_toxic(self, name: str, given: Mapping[str, Any]) -> Toxic:
        """POST /proxies/{p}/toxics: stream, name, type, conflict, attributes."""
        return self._add(self.proxy(name), given)

    def _add(self, proxy: Proxy, given: Mapping[str, Any]) -> Toxic:
        stream = text(given, "stream") or "downstream"
        if stream.lower() not in ("upstream", "downstream"):
            raise ApiError("stream was invalid, can be either upstream or downstream", 400)
        kind = text(given, "type")
        if kind not in KINDS:
            raise ApiError("invalid toxic type", 400)
        toxic = Toxic(
            name=text(given, "name") or f"{kind}_{stream}",
            type=kind,
            stream=stream,
            toxicity=number(given, "toxicity", default=1.0),
            attributes=dict.fromkeys(KINDS[kind].attributes, 0),
        )
        if toxic.name in proxy.toxics:
            raise ApiError("toxic already exists", 409)
        toxic.attributes = merged(toxic, given)
        proxy.add_toxic(toxic)
        self._remove_later(proxy, toxic.name, given)
        return toxic

    def update_toxic(self, proxy: str, name: str, given: Mapping[str, Any]) -> Toxic:
        """PATCH a toxic: attributes are merged key by key, toxicity is rolled anew."""
        toxic = self.toxic(proxy, name)
        toxicity = number(given, "toxicity", default=toxic.toxicity)
        toxic.attributes = merged(toxic, given)
        toxic.toxicity = toxicity
        self.proxy(proxy).update_toxic(toxic)
        self._remove_later(self.proxy(proxy), name, given)
        return toxic

    @staticmethod
    def _remove_later(proxy: Proxy, name: str, given: Mapping[str, Any]) -> None:
        ttl_ms = integer(given, "ttl_ms")
        if ttl_ms:
            proxy.later(f"toxic {name}", ttl_ms, lambda: proxy.remove_toxic(name))


def _task(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(work)


def merged(toxic: Toxic, given: Mapping[str, Any]) -> dict[str, int]:
    """The toxic's attributes with the given ones; 400 for what cannot be served."""
    attributes = dict(toxic.attributes)
    described = given.get("attributes") or {}
    if not isinstance(described, dict):
        raise ApiError("bad request body: attributes must be an object", 400)
    for name, value in described.items():
        wanted = name.lower()
        if value is None or wanted not in attributes:
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            raise ApiError(f"bad request body: {wanted} must be a whole number", 400)
        attributes[wanted] = value
    problem = refusal(toxic.type, attributes)
    if problem:
        raise ApiError(f"bad request body: {problem}", 400)
    return attributes


def _resolved(listen: str) -> str:
    """``localhost`` is the loopback address that it will be bound to."""
    host, _, port = listen.rpartition(":")
    return f"127.0.0.1:{port}" if host == "localhost" else listen

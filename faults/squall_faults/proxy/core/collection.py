"""All proxies of a server, and what the API does to them: create, populate, update, reset."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from squall_faults.proxy.core import listener
from squall_faults.proxy.core.proxy import DISABLED, Proxy
from squall_faults.proxy.core.proxy_toxic import ProxyToxic
from squall_faults.proxy.core.toxic_request import ToxicRequest, update_toxic
from squall_faults.proxy.decode import ENTRY, TOXIC, Fields, an_array, decode_json
from squall_faults.proxy.errors import ApiError
from squall_faults.proxy.turns import Pause

log = logging.getLogger("squall.proxy")

REFUSE = "refuse_when_upstream_down"


class Collection:
    """The proxies by name. One change at a time, as in Toxiproxy."""

    def __init__(self, seed: int) -> None:
        self.proxies: dict[str, Proxy] = {}
        self._asked: dict[str, str] = {}
        """The listen addresses as clients gave them: port 0 is no longer 0 once it is bound."""
        self._seed = seed
        self._lock = asyncio.Lock()
        self._healing: set[asyncio.Task[None]] = set()

    def proxy(self, name: str) -> Proxy:
        """The proxy called ``name``, or 404."""
        if name not in self.proxies:
            raise ApiError("proxy not found", 404)
        return self.proxies[name]

    def toxic(self, proxy: str, name: str) -> ProxyToxic:
        """A toxic of a proxy, or 404 for either."""
        toxics = self.proxy(proxy).toxics
        if name not in toxics:
            raise ApiError("toxic not found", 404)
        return toxics[name]

    async def create(self, given: Fields) -> Proxy:
        """POST /proxies: JSON, name, upstream, conflict, then bind."""
        toxics = _checked(given)
        async with self._lock:
            if given.text("name") in self.proxies:
                raise ApiError("proxy already exists", 409)
            return await self._started(given, toxics)

    async def _started(self, given: Fields, toxics: list[ToxicRequest]) -> Proxy:
        name, listen = given.text("name"), given.text("listen")
        proxy = Proxy(name, listen, given.text("upstream"), self._seed)
        proxy.wire.follow(
            given.text("protocol"), refuse_tls=given.boolean("refuse_tls", default=False)
        )
        proxy.refusal.wanted = given.boolean(REFUSE, default=False)
        try:
            for toxic in toxics:
                await toxic.add_to(proxy)
            if given.boolean("enabled", default=True):
                await proxy.start()
        except BaseException:
            await proxy.forget()
            raise
        # No await from here on: a proxy that listens is one that the API knows.
        self.proxies[name] = proxy
        self._asked[name] = listen
        return proxy

    async def update(self, name: str, given: Fields) -> Proxy:
        """PATCH /proxies/{p}: another address restarts it; ``enabled`` starts or stops it."""
        async with self._lock:
            proxy = self.proxy(name)
            listen = given.text("listen", default=proxy.listen)
            upstream = given.text("upstream", default=proxy.upstream)
            enabled = given.boolean("enabled", default=proxy.enabled)
            ttl_ms = given.positive("ttl_ms")
            proxy.refusal.wanted = given.boolean(REFUSE, default=proxy.refusal.wanted)
            if upstream != proxy.upstream or not await listener.same_address(listen, proxy.listen):
                await proxy.stop()
                proxy.listen, proxy.upstream = listen, upstream
                self._asked[name] = listen
            if enabled:
                await proxy.start()
            else:
                await proxy.stop()
                self._enable_later(proxy, ttl_ms)
            return proxy

    def _enable_later(self, proxy: Proxy, ttl_ms: int | None) -> None:
        if ttl_ms:
            proxy.timers.make(DISABLED, ttl_ms, lambda: self._heal(self._enabled(proxy)))

    async def _enabled(self, proxy: Proxy) -> None:
        """Start it again, unless it was deleted or replaced while this waited for its turn."""
        async with self._lock:
            if self.proxies.get(proxy.name) is proxy:
                try:
                    await proxy.start()
                except ApiError as error:  # the port was taken meanwhile
                    log.warning("%s: it stays disabled: %s", proxy.name, error.text)

    def _heal(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._healing.add(task)
        task.add_done_callback(self._healing.discard)

    async def delete(self, name: str) -> None:
        """Stop it and forget it with its toxics."""
        async with self._lock:
            await self.proxy(name).stop()
            await self.proxies.pop(name).forget()

    async def populate(self, raw: bytes) -> tuple[list[Proxy], ApiError | None]:
        """POST /populate: what is equal stays as it is, what differs is replaced.

        Nothing changes when an entry is bad; when a listener cannot be opened, the proxies before
        it stay, and the error comes with them.
        """
        try:
            entries = [Fields(item, ENTRY) for item in an_array(decode_json(raw), ENTRY)]
            toxics = await _all_checked(entries)
        except ApiError as error:
            return [], error
        done: list[Proxy] = []
        async with self._lock:
            for entry, wanted in zip(entries, toxics, strict=True):
                try:
                    done.append(await self._populated(entry, wanted))
                except ApiError as error:
                    return done, error
        return done, None

    async def _populated(self, entry: Fields, toxics: list[ToxicRequest]) -> Proxy:
        existing = self.proxies.get(entry.text("name"))
        if existing is None:
            return await self._started(entry, toxics)
        if not await self._unchanged(existing, entry):
            await existing.stop()
            replaced = await self._started(entry, toxics)
            await existing.forget()
            return replaced
        for toxic in toxics:
            await toxic.ensure_on(existing)
        return existing

    async def _unchanged(self, existing: Proxy, entry: Fields) -> bool:
        """Port 0 and a missing address are the same as before, whatever port was found."""
        if entry.text("upstream") != existing.upstream:
            return False
        listen = entry.text("listen")
        return listen == self._asked[existing.name] or await listener.same_address(
            listen, existing.listen
        )

    async def reset(self) -> None:
        """POST /reset: every toxic gone, every proxy on; what fails does not stop the rest."""
        async with self._lock:
            failed: ApiError | None = None
            for proxy in self.proxies.values():
                await proxy.clear()
                try:
                    await proxy.start()
                except ApiError as error:
                    failed = failed or error
            if failed is not None:
                raise failed

    async def close(self) -> None:
        """Stop everything."""
        for proxy in self.proxies.values():
            await proxy.stop()

    async def add_toxic(self, name: str, given: Fields) -> ProxyToxic:
        """POST /proxies/{p}/toxics: stream, name, type, conflict, attributes."""
        return await ToxicRequest(given).add_to(self.proxy(name))

    async def update_toxic(self, proxy: str, name: str, given: Fields) -> ProxyToxic:
        """PATCH a toxic: attributes are merged key by key, toxicity is rolled again."""
        return await update_toxic(self.proxy(proxy), self.toxic(proxy, name), given)


async def _all_checked(entries: list[Fields]) -> list[list[ToxicRequest]]:
    pause = Pause()
    found = []
    for place, entry in enumerate(entries, start=1):
        found.append(_checked(entry, f" at proxy {place}"))
        await pause()
    return found


def _checked(given: Fields, where: str = "") -> list[ToxicRequest]:
    """Types first, then what is required; the toxics that come with it."""
    given.text("listen")
    given.boolean("enabled", default=True)
    given.boolean(REFUSE, default=False)
    required = {field: given.text(field) for field in ("name", "upstream")}
    for field, value in required.items():
        if not value:
            raise ApiError(f"missing required field: {field}{where}", 400)
    return _toxics(given)


def _toxics(given: Fields) -> list[ToxicRequest]:
    """The toxics that a new proxy starts with; Toxiproxy ignores them."""
    wanted = [ToxicRequest(Fields(item, TOXIC)) for item in an_array(given.raw("toxics"), TOXIC)]
    for toxic in wanted:
        toxic.check()
    names = [toxic.name for toxic in wanted]
    if len(set(names)) < len(names):
        raise ApiError("toxic already exists", 409)
    return wanted

"""A toxic as a client asks for it: checked whole before anything changes."""

from __future__ import annotations

from dataclasses import replace

from squall_faults.proxy.core.proxy import Proxy
from squall_faults.proxy.core.proxy_toxic import ProxyToxic
from squall_faults.proxy.decode import Fields
from squall_faults.proxy.errors import ApiError
from squall_faults.proxy.toxics import KINDS, refusal

SCOPES = ("all", "existing", "new")


class ToxicRequest:
    """Stream, type, name and values of a toxic that does not exist yet."""

    def __init__(self, given: Fields) -> None:
        self._given = given
        self.stream = given.text("stream", default="downstream")
        given.text("name")
        self.kind = given.text("type")
        if self.stream.lower() not in ("upstream", "downstream"):
            raise ApiError("stream was invalid, can be either upstream or downstream", 400)
        if self.kind not in KINDS:
            raise ApiError("invalid toxic type", 400)
        self.name = given.text("name") or f"{self.kind}_{self.stream}"
        self._toxicity = given.float32("toxicity", default=1.0)
        self._ttl_ms = given.positive("ttl_ms")
        self._first_bytes = given.positive("first_bytes") or 0
        self._scope = given.text("scope", default="all")
        self._connections = given.raw("connections") or 0
        if self._scope not in SCOPES:
            raise ApiError(f"bad request body: scope must be one of {', '.join(SCOPES)}", 400)
        if self._connections != 0:
            given.positive("connections")

    def _made(self) -> ProxyToxic:
        attributes = dict.fromkeys(KINDS[self.kind].shown, 0)
        return ProxyToxic(
            name=self.name,
            type=self.kind,
            stream=self.stream,
            toxicity=self._toxicity,
            attributes=_merged(self.kind, attributes, self._given),
            scope=self._scope,
            connections=self._connections,
            first_bytes=self._first_bytes,
        )

    def check(self) -> None:
        """Refuse bad attributes now; on its own, a taken name is reported before them."""
        self._made()

    async def add_to(self, proxy: Proxy) -> ProxyToxic:
        """Put it on a proxy; 409 when the name is taken, then 400 for bad attributes."""
        proxy.toxics.check_room(self.name)
        toxic = self._made()
        await proxy.toxics.add(toxic)
        proxy.toxics.remove_later(toxic.name, self._ttl_ms)
        return toxic

    async def ensure_on(self, proxy: Proxy) -> None:
        """Add it, or give the one of that name these values; equal ones are not touched."""
        existing, wanted = proxy.toxics.get(self.name), self._made()
        if existing == wanted:
            return
        if existing is not None:
            values = replace(existing, attributes=wanted.attributes, toxicity=wanted.toxicity)
            if values == wanted:
                existing.attributes, existing.toxicity = wanted.attributes, wanted.toxicity
                await proxy.toxics.change(existing)
                proxy.toxics.remove_later(self.name, self._ttl_ms)
                return
            await proxy.toxics.remove(self.name)
        await self.add_to(proxy)


async def update_toxic(proxy: Proxy, toxic: ProxyToxic, given: Fields) -> ProxyToxic:
    """Merge what is given into a toxic; nothing changes when any of it is refused."""
    toxicity = given.float32("toxicity", default=toxic.toxicity)
    ttl_ms = given.positive("ttl_ms")
    toxic.attributes = _merged(toxic.type, toxic.attributes, given)
    toxic.toxicity = toxicity
    await proxy.toxics.change(toxic)
    proxy.toxics.remove_later(toxic.name, ttl_ms)
    return toxic


def _merged(kind: str, attributes: dict[str, int], given: Fields) -> dict[str, int]:
    merged = attributes | given.attributes(kind, KINDS[kind].types)
    problem = refusal(kind, merged)
    if problem:
        raise ApiError(f"bad request body: {problem}", 400)
    return merged

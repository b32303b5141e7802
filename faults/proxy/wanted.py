"""A toxic as a client asks for it: checked whole before anything changes."""

from __future__ import annotations

from dataclasses import replace

from faults.proxy.body import Fields
from faults.proxy.errors import ApiError
from faults.proxy.proxy import Proxy, Toxic
from faults.proxy.toxics import KINDS, refusal

SCOPES = ("all", "existing", "new")


class WantedToxic:
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

    def _made(self) -> Toxic:
        attributes = dict.fromkeys(KINDS[self.kind].shown, 0)
        return Toxic(
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
        """Refuse bad attributes now; on its own, a taken name is told before them."""
        self._made()

    def add_to(self, proxy: Proxy) -> Toxic:
        """Put it on a proxy; 409 when the name is taken, then 400 for bad attributes."""
        if self.name in proxy.toxics:
            raise ApiError("toxic already exists", 409)
        toxic = self._made()
        proxy.add_toxic(toxic)
        _remove_later(proxy, toxic.name, self._ttl_ms)
        return toxic

    def ensure_on(self, proxy: Proxy) -> None:
        """Add it, or give the one of that name these values; equal ones are not touched."""
        existing, wanted = proxy.toxics.get(self.name), self._made()
        if existing == wanted:
            return
        if existing is not None:
            values = replace(existing, attributes=wanted.attributes, toxicity=wanted.toxicity)
            if values == wanted:
                existing.attributes, existing.toxicity = wanted.attributes, wanted.toxicity
                proxy.update_toxic(existing)
                _remove_later(proxy, self.name, self._ttl_ms)
                return
            proxy.remove_toxic(self.name)
        self.add_to(proxy)


def updated(proxy: Proxy, toxic: Toxic, given: Fields) -> Toxic:
    """Merge what is given into a toxic; nothing changes when any of it is refused."""
    toxicity = given.float32("toxicity", default=toxic.toxicity)
    ttl_ms = given.positive("ttl_ms")
    toxic.attributes = _merged(toxic.type, toxic.attributes, given)
    toxic.toxicity = toxicity
    proxy.update_toxic(toxic)
    _remove_later(proxy, toxic.name, ttl_ms)
    return toxic


def _merged(kind: str, attributes: dict[str, int], given: Fields) -> dict[str, int]:
    merged = attributes | given.attributes(kind, KINDS[kind].types)
    problem = refusal(kind, merged)
    if problem:
        raise ApiError(f"bad request body: {problem}", 400)
    return merged


def _remove_later(proxy: Proxy, name: str, ttl_ms: int | None) -> None:
    if ttl_ms:
        proxy.appointments.make(f"toxic {name}", ttl_ms, lambda: proxy.remove_toxic(name))

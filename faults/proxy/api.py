"""Toxiproxy's HTTP API, with the extensions that its clients ignore.

GET  /proxies/{p}/traffic             counters, valid while connections live
POST /proxies/{p}/reset_connections   RST to every live connection
"ttl_ms" in a toxic or with "enabled": false: the engine heals by itself
"""

from __future__ import annotations

import ipaddress
import json
import logging
import secrets
from typing import Any
from urllib.parse import unquote, urlsplit

from faults.proxy.body import an_object, decoded
from faults.proxy.collection import Collection
from faults.proxy.errors import ApiError
from faults.proxy.http import Request, Response
from faults.proxy.proxy import Proxy, Toxic

VERSION = "2.12.0"
"""The version of Toxiproxy whose API this speaks; its Ruby client parses it."""

JSON = "application/json"

log = logging.getLogger("squall.proxy")


class Api:
    """Routes of one server."""

    def __init__(self, proxies: Collection, *, loopback: bool) -> None:
        self._proxies = proxies
        self._loopback = loopback

    async def handle(self, request: Request) -> Response:
        """Answer one request; refusals as Toxiproxy words them."""
        try:
            return await self._routed(request)
        except ApiError as error:
            body = json.dumps({"error": error.text, "status": error.status}) + "\n"
            return Response(error.status, body.encode(), JSON, _request_id())
        except Exception as error:
            # A bug of ours must not take the server down with all its faults in force.
            log.exception("%s %s", request.method, request.target)
            body = json.dumps({"error": f"internal: {type(error).__name__}", "status": 500}) + "\n"
            return Response(500, body.encode(), JSON, _request_id())

    async def _routed(self, request: Request) -> Response:
        path = urlsplit(request.target).path
        parts = [unquote(part) for part in path.split("/")[1:]]
        methods = _methods(parts)
        if not methods:
            return Response(404, b"404 page not found\n", "text/plain; charset=utf-8")
        if request.method not in methods:
            return Response(405)
        if request.headers.get("user-agent", "").startswith("Mozilla/"):
            text = b"User agent not allowed\n"
            return Response(403, text, "text/plain; charset=utf-8", _request_id())
        if self._loopback and not _names_loopback(request.headers.get("host", "")):
            raise ApiError("the Host header must name a loopback address", 403)
        status, body = await self._answer(request.method, parts, request.body)
        if status == 204:  # noqa: PLR2004 - No Content
            return Response(204, headers=_request_id())
        return Response(status, json.dumps(body).encode(), JSON, _request_id())

    async def _answer(  # noqa: PLR0911 - the table of routes, one line each
        self, method: str, parts: list[str], raw: bytes
    ) -> tuple[int, Any]:
        match [method, *parts]:
            case ["GET", "version"]:
                return 200, {"version": VERSION}
            case ["POST", "reset"]:
                await self._proxies.reset()
                return 204, None
            case ["POST", "populate"]:
                return await self._populate(raw)
            case ["GET", "proxies"]:
                return 200, {n: _proxy(p) for n, p in sorted(self._proxies.proxies.items())}
            case ["POST", "proxies"]:
                return 201, _proxy(await self._proxies.create(an_object(decoded(raw))))
            case [_, "proxies", name]:
                return await self._one_proxy(method, name, raw)
            case [_, "proxies", name, "toxics"]:
                return self._toxics(method, name, raw)
            case [_, "proxies", name, "toxics", toxic]:
                return self._one_toxic(method, name, toxic, raw)
            case ["GET", "proxies", name, "traffic"]:
                return 200, self._proxies.proxy(name).traffic()
            case _:
                return 200, {"reset": self._proxies.proxy(parts[1]).reset_connections()}

    async def _populate(self, raw: bytes) -> tuple[int, Any]:
        done, error = await self._proxies.populate(decoded(raw))
        proxies = [_proxy(proxy) for proxy in done] or None
        if error is None:
            return 201, {"proxies": proxies}
        return error.status, {"error": error.text, "status": error.status, "proxies": proxies}

    async def _one_proxy(self, method: str, name: str, raw: bytes) -> tuple[int, Any]:
        if method == "GET":
            return 200, _proxy(self._proxies.proxy(name))
        if method == "DELETE":
            await self._proxies.delete(name)
            return 204, None
        self._proxies.proxy(name)  # 404 comes before a bad body
        return 200, _proxy(await self._proxies.update(name, an_object(decoded(raw))))

    def _toxics(self, method: str, name: str, raw: bytes) -> tuple[int, Any]:
        if method == "GET":
            return 200, _listed(self._proxies.proxy(name))
        self._proxies.proxy(name)
        return 200, _toxic(self._proxies.add_toxic(name, an_object(decoded(raw))))

    def _one_toxic(self, method: str, name: str, toxic: str, raw: bytes) -> tuple[int, Any]:
        found = self._proxies.toxic(name, toxic)
        if method == "GET":
            return 200, _toxic(found)
        if method == "DELETE":
            self._proxies.proxy(name).remove_toxic(toxic)
            return 204, None
        given = an_object(decoded(raw))
        return 200, _toxic(self._proxies.update_toxic(name, toxic, given))


def _methods(parts: list[str]) -> tuple[str, ...]:
    """The methods of a path, or nothing when there is no such path."""
    if "" in parts:
        return ()
    match parts:
        case ["version"] | ["proxies", _, "traffic"]:
            return ("GET",)
        case ["reset"] | ["populate"] | ["proxies", _, "reset_connections"]:
            return ("POST",)
        case ["proxies"] | ["proxies", _, "toxics"]:
            return ("GET", "POST")
        case ["proxies", _] | ["proxies", _, "toxics", _]:
            return ("GET", "POST", "PATCH", "DELETE")
    return ()


def _names_loopback(host: str) -> bool:
    """DNS rebinding: a browser that was tricked names a host that is not loopback."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]")
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _request_id() -> dict[str, str]:
    return {"X-Toxiproxy-Request-Id": secrets.token_hex(10)}


def _proxy(proxy: Proxy) -> dict[str, Any]:
    return {
        "name": proxy.name,
        "listen": proxy.listen,
        "upstream": proxy.upstream,
        "enabled": proxy.enabled,
        "Logger": {},
        "toxics": _listed(proxy),
    }


def _listed(proxy: Proxy) -> list[dict[str, Any]]:
    """Upstream toxics first, then downstream, each in chain order."""
    ordered = sorted(proxy.toxics.values(), key=lambda toxic: not toxic.upstream)
    return [_toxic(toxic) for toxic in ordered]


def _toxic(toxic: Toxic) -> dict[str, Any]:
    whole = toxic.toxicity == int(toxic.toxicity)
    return {
        "attributes": toxic.attributes,
        "name": toxic.name,
        "type": toxic.type,
        "stream": toxic.stream,
        "toxicity": int(toxic.toxicity) if whole else toxic.toxicity,
    }

"""Toxiproxy's HTTP API, with the extensions that its clients ignore.

Paths of ours are in :mod:`squall_faults.proxy.api.extensions`. Keys of ours in bodies:

"ttl_ms"       in a toxic, a rule, or with "enabled": false: the engine heals by itself
"scope"        in a toxic: all, existing or new connections
"connections"  in a toxic: it hits at most this number
"first_bytes"  in a toxic: on each connection, only the first ones meet it
"immediate"    in the attributes of a reset_peer: idle connections are reset, too
"protocol"     in a new proxy: with "postgresql" or "redis", rules apply from a connection's start
"toxics"       in a new proxy and in populate: it starts with them
"refuse_when_upstream_down"  in a proxy: the port is closed while the upstream does not answer
"refuse_tls"   in a new proxy: answer requests for encryption with no, so that rules can be obeyed
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import posixpath
import secrets
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from squall_faults.proxy.api import extensions
from squall_faults.proxy.api.encode import encode_json, proxy_shape, toxic_shape, toxics_shape
from squall_faults.proxy.api.http import Request, Response
from squall_faults.proxy.api.metrics import CONTENT_TYPE, EngineMetrics
from squall_faults.proxy.core.collection import Collection
from squall_faults.proxy.decode import PROXY, TOXIC, TOXIC_UPDATE, Fields, decode_json
from squall_faults.proxy.errors import ApiError
from squall_faults.proxy.turns import Pause

VERSION = "2.12.0"
"""The version of Toxiproxy whose API this speaks; its Ruby client parses it."""

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
PLAIN = {"X-Content-Type-Options": "nosniff"}
"""Toxiproxy labels refusals as text, JSON or not; browsers must not guess."""

TOKEN_HEADER = "X-Squall-Token"  # noqa: S105 - a name

log = logging.getLogger("squall.proxy")


class Api:
    """Routes of one server."""

    def __init__(
        self,
        proxies: Collection,
        *,
        loopback: bool,
        metrics: EngineMetrics | None = None,
        token: str = "",
    ) -> None:
        """``token``: requests without it are refused; empty: anybody who can connect may ask."""
        self._token = token.encode()
        self._proxies = proxies
        self._loopback = loopback
        self._metrics = metrics or EngineMetrics(proxies)

    async def handle(self, request: Request) -> Response:
        """Answer one request; refusals as Toxiproxy words them."""
        try:
            return await self._routed(request)
        except ApiError as error:
            return _refused(error)
        except Exception as error:
            # A bug of ours must not take the server down with all its faults in force.
            log.exception("%s %s", request.method, request.target)
            return _refused(ApiError(f"internal: {type(error).__name__}", 500))

    async def _routed(self, request: Request) -> Response:
        path, query = _split(request.target)
        if path != (clean := _cleaned(path)):
            where = f"{quote(clean)}?{query}" if query else quote(clean)
            return Response(301, headers={"Location": where})
        parts = path.split("/")[1:]
        methods = _methods(parts)
        if not methods or (parts == ["metrics"] and not self._metrics.on):
            return Response(404, b"404 page not found\n", TEXT, PLAIN)
        if request.method not in methods and parts != ["metrics"]:
            return Response(405)
        if request.headers.get("user-agent", "").startswith("Mozilla/"):
            return Response(403, b"User agent not allowed\n", TEXT, PLAIN | _request_id())
        if self._loopback and not _names_loopback(request.headers.get("host", "")):
            raise ApiError("the Host header must name a loopback address", 403)
        if self._token and not self._knows_token(request):
            raise ApiError(f"this engine answers requests with its token in {TOKEN_HEADER}", 403)
        return await self._answered(request, parts)

    def _knows_token(self, request: Request) -> bool:
        given = request.headers.get(TOKEN_HEADER.lower(), "")
        return hmac.compare_digest(given.encode(), self._token)

    async def _answered(self, request: Request, parts: list[str]) -> Response:
        if parts == ["metrics"]:
            return Response(200, (await self._metrics.text()).encode(), CONTENT_TYPE, _request_id())
        if parts == ["version"]:
            text = f'{{"version": "{VERSION}"}}\n'.encode()
            return Response(200, text, f"{JSON};charset=utf-8", _request_id())
        status, body = await self._answer(request.method, parts, request.body)
        if status == 204:  # noqa: PLR2004 - No Content
            return Response(204, headers=_request_id())
        end = b"" if status < 400 else b"\n"  # noqa: PLR2004 - refusals end with a newline
        return Response(status, encode_json(body) + end, JSON, _request_id())

    async def _answer(  # noqa: PLR0911 - the table of routes, one line each
        self, method: str, parts: list[str], raw: bytes
    ) -> tuple[int, Any]:
        match [method, *parts]:
            case ["POST", "reset"]:
                await self._proxies.reset()
                return 204, None
            case ["POST", "populate"]:
                return await self._populate(raw)
            case ["GET", "proxies"]:
                return 200, await self._all()
            case ["POST", "proxies"]:
                proxy = await self._proxies.create(Fields(decode_json(raw), PROXY))
                return 201, proxy_shape(proxy)
            case [_, "proxies", name]:
                return await self._one_proxy(method, name, raw)
            case [_, "proxies", name, "toxics"]:
                return await self._toxics(method, name, raw)
            case [_, "proxies", name, "toxics", toxic]:
                return await self._one_toxic(method, name, toxic, raw)
            case _:
                return await extensions.answer(self._proxies.proxy(parts[1]), method, parts, raw)

    async def _all(self) -> dict[str, Any]:
        pause = Pause()
        shown = {}
        for name, proxy in sorted(self._proxies.proxies.items()):
            shown[name] = proxy_shape(proxy)
            await pause()
        return shown

    async def _populate(self, raw: bytes) -> tuple[int, Any]:
        done, error = await self._proxies.populate(raw)
        proxies = [proxy_shape(proxy) for proxy in done] or None
        if error is None:
            return 201, {"proxies": proxies}
        return error.status, {"error": error.text, "status": error.status, "proxies": proxies}

    async def _one_proxy(self, method: str, name: str, raw: bytes) -> tuple[int, Any]:
        proxy = self._proxies.proxy(name)  # 404 comes before a bad body
        if method == "GET":
            return 200, proxy_shape(proxy)
        if method == "DELETE":
            await self._proxies.delete(name)
            return 204, None
        return 200, proxy_shape(await self._proxies.update(name, Fields(decode_json(raw), PROXY)))

    async def _toxics(self, method: str, name: str, raw: bytes) -> tuple[int, Any]:
        proxy = self._proxies.proxy(name)
        if method == "GET":
            return 200, toxics_shape(proxy)
        return 200, toxic_shape(
            await self._proxies.add_toxic(name, Fields(decode_json(raw), TOXIC))
        )

    async def _one_toxic(self, method: str, name: str, toxic: str, raw: bytes) -> tuple[int, Any]:
        found = self._proxies.toxic(name, toxic)
        if method == "GET":
            return 200, toxic_shape(found)
        if method == "DELETE":
            await self._proxies.proxy(name).toxics.remove(toxic)
            return 204, None
        given = Fields(decode_json(raw), TOXIC_UPDATE)
        return 200, toxic_shape(await self._proxies.update_toxic(name, toxic, given))


def _methods(parts: list[str]) -> tuple[str, ...]:
    """The methods of a path, or nothing when the path does not exist."""
    match parts if "" not in parts else []:
        case ["version"] | ["metrics"]:
            return ("GET",)
        case ["reset"] | ["populate"]:
            return ("POST",)
        case ["proxies"] | ["proxies", _, "toxics"]:
            return ("GET", "POST")
        case ["proxies", _] | ["proxies", _, "toxics", _]:
            return ("GET", "POST", "PATCH", "DELETE")
        case ["proxies", _, *_]:
            return extensions.methods(parts)
    return ()


def _split(target: str) -> tuple[str, str]:
    """Decoded path, and query; the target may be a path or a whole URL."""
    try:
        split = urlsplit("http://api" + target) if target.startswith("/") else urlsplit(target)
    except ValueError as error:
        raise ApiError(f"bad request target: {error}", 400) from error
    return unquote(split.path), split.query


def _cleaned(path: str) -> str:
    """Without ``//``, ``.`` and ``..``; a slash at the end stays."""
    clean = "/" + posixpath.normpath("/" + path).lstrip("/")
    return clean + "/" if path.endswith("/") and clean != "/" else clean


def _names_loopback(host: str) -> bool:
    """DNS rebinding: a browser that was tricked names a host that is not loopback."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]").lower()
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _refused(error: ApiError) -> Response:
    body = encode_json({"error": error.text, "status": error.status}) + b"\n"
    return Response(error.status, body, TEXT, PLAIN | _request_id())


def _request_id() -> dict[str, str]:
    return {"X-Toxiproxy-Request-Id": secrets.token_hex(10)}

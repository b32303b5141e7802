"""The stand-in's side towards the harness, with a token in ``X-Squall-Token``.

GET    /version        the stand-in answers
GET    /tally          the requests that arrived
GET    /lease          what is in force now, and what ended by itself
POST   /lease          the same, after a new time to live for all that has one
POST   /rules          arm one (see squall_faults.stand_in.upstream_rule)
GET    /rules/{id}     with its counters
DELETE /rules/{id}     disarm it; what it holds is let go
"""

from __future__ import annotations

import hmac
import json
from typing import Any

from squall_faults.proxy.api.http import Request, Response
from squall_faults.stand_in.stand_in_server import StandInServer

TOKEN_HEADER = "x-squall-token"  # noqa: S105 - a name
VERSION = "stand-in"


class StandInApi:
    """Answers the harness."""

    def __init__(self, server: StandInServer, token: str) -> None:
        self._server = server
        self._rules = server.shared.rules
        self._token = token

    async def handle(self, request: Request) -> Response:
        """One request."""
        given = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return _response(401, {"error": "the token is missing or wrong"})
        parts = request.target.partition("?")[0].strip("/").split("/")
        try:
            return self._answer(request.method, parts, request.body)
        except (ValueError, TypeError) as error:
            return _response(400, {"error": str(error)})

    def _answer(self, method: str, parts: list[str], raw: bytes) -> Response:
        match [method, *parts]:
            case ["GET", "version"]:
                return _response(200, {"version": VERSION})
            case ["GET", "tally"]:
                return _response(200, self._server.shared.tally.shown())
            case ["GET" | "POST", "lease"]:
                if method == "POST":
                    self._rules.timers.renew(int(_object(raw)["ttl_ms"]))
                return _response(200, self._rules.in_force())
            case ["POST", "rules"]:
                return self._armed(_object(raw))
            case ["GET" | "DELETE", "rules", rule_id]:
                return self._one(method, rule_id)
        return NOT_FOUND

    def _armed(self, given: dict[str, Any]) -> Response:
        armed = self._rules.arm(given)
        if armed.rule.do == "slow_accept":
            self._server.end_idle()
        return _response(201, armed.shown())

    def _one(self, method: str, rule_id: str) -> Response:
        known = self._rules.one(rule_id)
        if known is None:
            return NOT_FOUND
        if method == "GET":
            return _response(200, known.shown())
        self._rules.disarm(rule_id)
        return Response(204)


def _object(raw: bytes) -> dict[str, Any]:
    given = json.loads(raw)
    if not isinstance(given, dict):
        raise ValueError("an object was expected")  # noqa: TRY004 - answered as any wrong value
    return given


def _response(status: int, body: object) -> Response:
    return Response(status, json.dumps(body).encode(), "application/json")


NOT_FOUND = _response(404, {"error": "there is no such thing"})

"""The control socket of an interactive lab: one JSON object in, one out, then the connection
closes.

A Unix socket that only its owner may open. Nothing listens on the network.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import squall_faults as faults
from squall_faults import FaultError, InvalidFault

from squall.core.errors import ExitCode, SquallError
from squall.interactive.background_load import BackgroundLoad
from squall.interactive.recorder import Recorder
from squall.lab.lab import Lab

LINE_LIMIT = 1024 * 1024
Say = Callable[[str], None]


class ControlServer:
    """Answers the requests of ``squall inject``, ``heal``, ``status`` and ``down``."""

    def __init__(
        self, lab: Lab, incident: Recorder, load: BackgroundLoad, say: Say, to_end: asyncio.Event
    ) -> None:
        self._lab = lab
        self._incident = incident
        self._load = load
        self._say = say
        self._to_end = to_end
        self._server: asyncio.Server | None = None

    async def listen(self, path: Path) -> None:
        """Open the socket, readable and writable for its owner only."""
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, path, limit=LINE_LIMIT)
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Close the socket."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ValueError, TypeError, asyncio.IncompleteReadError):
            request = json.loads(await reader.readline())
            if not isinstance(request, dict):
                raise TypeError("a request is an object")
            writer.write(json.dumps(await self._answered(request)).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _answered(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        verbs: dict[str, Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]] = {
            "inject": self._inject,
            "heal": self._heal,
            "status": self._status,
            "down": self._down,
        }
        verb = verbs.get(str(request.get("verb")))
        if verb is None:
            return {"error": f"unknown request {request.get('verb')!r}", "exit_code": 4}
        try:
            return await verb(request)
        except (SquallError, FaultError) as error:
            wrong = ExitCode.USAGE if isinstance(error, InvalidFault) else ExitCode.HARNESS
            code = getattr(error, "exit_code", wrong)
            return {"error": str(error), "exit_code": int(code)}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return {"error": f"the request cannot be understood: {error!r}", "exit_code": 4}

    async def _inject(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        fault = faults.from_dict(request["fault"])
        lasting = request.get("lasting_seconds")
        held = await self._incident.inject(fault, lasting)
        self._say(f"injected {held.id}: {faults.key_of(fault)}")
        if lasting is not None:
            await self._incident.ended(held)
            self._say(f"healed {held.id}: {faults.key_of(fault)}")
        return await held.shown(held.until or held.since)

    async def _heal(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        healed = await self._incident.heal(request.get("id"))
        for held in healed:
            self._say(f"healed {held.id}: {faults.key_of(held.fault)}")
        return {"healed": [await held.shown(held.until or 0.0) for held in healed]}

    async def _status(self, _request: Mapping[str, Any]) -> Mapping[str, Any]:
        now = asyncio.get_running_loop().time()
        return {
            **addresses(self._lab),
            "in_force": [await held.shown(now) for held in self._incident.in_force],
            "left": await self._lab.broken(),
            "load": self._load.line(),
        }

    async def _down(self, _request: Mapping[str, Any]) -> Mapping[str, Any]:
        self._to_end.set()
        return {"ending": True}


def addresses(lab: Lab) -> dict[str, str]:
    """The addresses of the lab's components."""
    return {
        "app": f"http://{lab.app_address}",
        "database": lab.app_database_url,
        "database_direct": lab.database.url,
        "engine": lab.engine_address,
        "directory": str(lab.directory),
    }

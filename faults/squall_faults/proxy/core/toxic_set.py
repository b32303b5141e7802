"""The toxics of one proxy, by name, and how they come to its connections and leave them.

Changes go one after the other, so that all connections have their chains in the same order, and
let others have a turn in between: a proxy may have thousands of connections.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from squall_faults.proxy.core.connection import Connection
from squall_faults.proxy.core.link import Link
from squall_faults.proxy.core.proxy_toxic import ProxyToxic
from squall_faults.proxy.errors import ApiError
from squall_faults.proxy.timers import Timers
from squall_faults.proxy.toxics import KINDS
from squall_faults.proxy.toxics.first_bytes import FirstBytesStage
from squall_faults.proxy.toxics.stage import Stage
from squall_faults.proxy.turns import Pause

MAX_TOXICS = 128
"""A chunk goes through all stages of its direction at once: their number bounds that work."""

log = logging.getLogger("squall.proxy")


class ToxicSet(dict[str, ProxyToxic]):
    """What new and live connections get."""

    def __init__(
        self, proxy: str, timers: Timers, live: Callable[[], Iterable[Connection]]
    ) -> None:
        super().__init__()
        self._proxy = proxy
        self._timers = timers
        self._live = live
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def check_room(self, name: str) -> None:
        """Refuse a name that is taken, and one too many."""
        if name in self:
            raise ApiError("toxic already exists", 409)
        if len(self) >= MAX_TOXICS:
            raise ApiError(f"a proxy has at most {MAX_TOXICS} toxics", 400)

    async def add(self, toxic: ProxyToxic) -> None:
        """Put it at the end of its direction's chain, on live connections too.

        Raises:
            ApiError: status 409 when the name is taken, 400 when there are too many.
        """
        async with self._lock:
            self.check_room(toxic.name)
            self[toxic.name] = toxic
            log.info("%s: toxic %s (%s) added", self._proxy, toxic.name, toxic.type)
            if toxic.scope == "new":
                return
            pause = Pause()
            for connection in list(self._live()):
                self._hit(connection, toxic)
                await pause()

    def meet(self, connection: Connection) -> None:
        """A client was accepted."""
        for toxic in self.values():
            if toxic.scope != "existing":
                self._hit(connection, toxic)

    def _hit(self, connection: Connection, toxic: ProxyToxic) -> None:
        if toxic.connections and toxic.hits >= toxic.connections:
            return
        # Toxiproxy gives every connection a stage, and a roll that is lost makes it pass all on:
        # a later update rolls again. Where only some connections are meant, lost ones are not hit.
        stage = _stage(connection, toxic)
        if type(stage) is not Stage or toxic.connections == 0:
            hit = type(stage) is not Stage or toxic.type == "noop"
            toxic.hits += hit
            log.debug(
                "%s: connection %d: toxic %s %s",
                self._proxy, connection.number, toxic.name, "acts" if hit else "spares it",
            )  # fmt: skip
            _link(connection, toxic).add(toxic.name, stage)
            stage.begin()

    async def change(self, toxic: ProxyToxic) -> None:
        """Apply changed attributes and roll the toxicity again."""
        async with self._lock:
            log.info("%s: toxic %s changed", self._proxy, toxic.name)
            pause = Pause()
            for connection in list(self._live()):
                self._change(connection, toxic)
                await pause()

    def _change(self, connection: Connection, toxic: ProxyToxic) -> None:
        link = _link(connection, toxic)
        stage = _stage(connection, toxic)
        if not link.acts(toxic.name) or type(stage) is Stage:
            link.retune(toxic.name, stage, toxic.attributes)
            stage.begin()
        else:  # it was hit and still is: what it holds and counts stays
            stage.stop()
            link.retune(toxic.name, None, toxic.attributes)

    async def remove(self, *names: str) -> None:
        """Take toxics out of every chain; held bytes are passed on."""
        async with self._lock:
            gone = [toxic for name in names if (toxic := self.pop(name, None)) is not None]
            for toxic in gone:
                self._timers.cancel(f"toxic {toxic.name}")
                log.info("%s: toxic %s removed", self._proxy, toxic.name)
            pause = Pause()
            for connection in list(self._live()):
                for toxic in gone:
                    _link(connection, toxic).remove(toxic.name)
                await pause()

    def remove_later(self, name: str, ttl_ms: int | None) -> None:
        """Let it end by itself."""
        if ttl_ms:
            self._timers.make(f"toxic {name}", ttl_ms, lambda: self._lapse(name))

    def _lapse(self, name: str) -> None:
        task = asyncio.get_running_loop().create_task(self.remove(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _link(connection: Connection, toxic: ProxyToxic) -> Link:
    return connection.upstream if toxic.upstream else connection.downstream


def _stage(connection: Connection, toxic: ProxyToxic) -> Stage:
    draws = connection.draws(toxic.name)
    if draws.random() >= toxic.toxicity:
        return Stage(connection, toxic.attributes)
    stage = KINDS[toxic.type].build(connection, toxic.attributes, draws)
    stage.tally = toxic.tally
    return FirstBytesStage(stage, toxic.first_bytes) if toxic.first_bytes else stage

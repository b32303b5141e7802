"""A source is read only while what it sends has somewhere to go, also right after the dial."""

from __future__ import annotations

import random
import socket
from typing import Any, cast

import pytest
from squall_faults.proxy.core.link import Link
from squall_faults.proxy.toxics.slicer import SlicerStage
from squall_faults.toxiproxy import ToxiproxyServer

MORE_THAN_A_STAGE_HOLDS = bytes(300_000)
MIB = 1 << 20
BUFFERS = 16 * MIB
"""What the kernel and the engine may hold together."""
NEVER = 10_000_000
"""Microseconds."""


class Transport:
    """A socket that takes everything, and knows whether it is read."""

    def __init__(self) -> None:
        self.reading = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, _name: str) -> None:
        return None

    def set_write_buffer_limits(self, high: int | None = None) -> None:
        """It has no buffer."""

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: bytes) -> None:
        """Take it."""


async def test_what_came_before_the_dial_ended_counts() -> None:
    link, source = Link(cast("Any", None)), Transport()
    link.wait_for_destination(cast("Any", source))
    attributes = {"average_size": 20, "size_variation": 0, "delay": NEVER}
    link.add("slicer", SlicerStage(cast("Any", None), attributes, random.Random(1)))  # noqa: S311
    assert not source.reading, "there is no destination yet"
    link.take(MORE_THAN_A_STAGE_HOLDS)
    link.connected(cast("Any", Transport()))
    assert not source.reading, "the stage is full"
    link.remove("slicer")
    assert source.reading


@pytest.mark.parametrize("turn", range(4))
async def test_a_client_that_sends_at_once_is_held_back(
    program: ToxiproxyServer, turn: int
) -> None:
    """uvloop reads what is there before a pause in ``connection_made`` has an effect."""
    with socket.create_server(("127.0.0.1", 0)) as deaf, socket.socket() as client:
        name = f"flood{turn}"
        listen = await program.create(name, upstream=f"127.0.0.1:{deaf.getsockname()[1]}")
        toxic = {"average_size": 20, "size_variation": 0, "delay": 0}
        body = {"name": "s", "type": "slicer", "stream": "upstream", "attributes": toxic}
        await program.post(f"/proxies/{name}/toxics", body)
        client.connect(("127.0.0.1", int(listen.rpartition(":")[2])))
        client.settimeout(0.5)
        sent = 0
        try:
            while sent <= BUFFERS:
                sent += client.send(bytes(MIB))
        except TimeoutError:
            pass
        await program.delete(f"/proxies/{name}")
        assert sent <= BUFFERS

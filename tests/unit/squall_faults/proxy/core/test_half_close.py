"""A client half-closes towards a server that has reset the connection in the meantime."""

from __future__ import annotations

import asyncio
import errno
import socket

import pytest
from squall_faults.proxy.core.proxy import Proxy


async def _answer_then_wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read(4))
    await reader.read()
    writer.close()


def refuse_fin(_transport: object) -> None:
    raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")


async def test_both_sides_end_when_the_destination_takes_no_fin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kernel refuses shutdown() once the RST is there; our loop may not have read it yet."""
    failures: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    server = await asyncio.start_server(_answer_then_wait, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy = Proxy("p", "127.0.0.1:0", f"127.0.0.1:{port}", seed=1)
    await proxy.start()
    host, _, listens = proxy.listen.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(listens))
    writer.write(b"ping")
    assert await reader.readexactly(4) == b"ping"
    (connection,) = proxy._connections
    destination = connection.upstream.destination
    assert destination is not None
    monkeypatch.setattr(type(destination), "write_eof", refuse_fin)
    writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionResetError):
        async with asyncio.timeout(5):
            await reader.readexactly(1)
    assert failures == []
    monkeypatch.undo()
    writer.close()
    await proxy.stop()
    server.close()

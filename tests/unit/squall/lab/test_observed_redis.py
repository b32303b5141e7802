"""Redis as faults reach it: the server, and its proxy for who is connected."""

from __future__ import annotations

from typing import Any

from squall.lab.observed_redis import ObservedRedis
from squall_faults.ports import RedisProcess, Traffic


class Server:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def answer(**words: bool) -> int:
            self.asked.append(" ".join([name, *(f"{key}={value}" for key, value in words.items())]))
            return 3

        return answer


async def test_each_call_goes_to_the_server_or_to_the_proxy() -> None:
    server: Any = Server()
    traffic = Traffic(open=2, accepted=9, upstream_bytes=0, downstream_bytes=0)

    async def seen() -> Traffic:
        return traffic

    reached = ObservedRedis(server, seen)
    assert isinstance(reached, RedisProcess)
    await reached.stop(keep=True)
    await reached.kill()
    await reached.pause()
    await reached.resume()
    await reached.start()
    assert await reached.accepts()
    assert await reached.flush() == 3
    assert await reached.client_connections() == 2
    assert await reached.connection_attempts() == 9
    assert server.asked == [
        "stop keep=True",
        "kill",
        "pause",
        "resume",
        "start",
        "accepts",
        "flush",
    ]

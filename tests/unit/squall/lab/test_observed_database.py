"""The database as faults reach it: every call goes to the primary of that moment."""

from __future__ import annotations

from typing import Any

from squall.lab.observed_database import ObservedDatabase
from squall_faults.ports import DatabaseProcess, Traffic


class Server:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def answer(*words: str) -> int:
            self.asked.append(" ".join([name, *words]))
            return 3

        return answer


async def test_calls_go_to_whoever_is_primary() -> None:
    first, second = Server(), Server()
    primary = [first]
    traffic = Traffic(open=1, accepted=9, upstream_bytes=0, downstream_bytes=0)

    async def seen() -> Traffic:
        return traffic

    reached = ObservedDatabase(lambda: primary[0], seen)
    assert isinstance(reached, DatabaseProcess)
    await reached.stop("fast")
    await reached.kill()
    await reached.pause()
    primary[0] = second
    await reached.resume()
    await reached.start()
    assert await reached.client_backends() == 3
    assert await reached.connection_attempts() == 9
    assert first.asked == ["stop fast", "kill", "pause"]
    assert second.asked == ["resume", "start", "client_backends"]

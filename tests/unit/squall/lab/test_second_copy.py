"""The callers go to the second copy once it is ready, and back before it ends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from squall.core.errors import AppFailed
from squall.lab.second_copy import SecondCopyRunner


class StubApp:
    def __init__(self, calls: list[str], port: int, fails: str = "") -> None:
        self.calls, self.port, self.fails = calls, port, fails
        self.host, self.start_seconds = "127.0.0.1", 0.1
        self.exit_code: int | None = None

    async def start(self) -> None:
        self.calls.append("start")
        if self.fails:
            self.exit_code = 3
            raise AppFailed(self.fails)

    async def terminate(self) -> int:
        self.calls.append("terminate")
        return 0

    async def close(self) -> None:
        self.calls.append("close")


class Stubs:
    """Parts of a lab whose server refuses ``refused`` connections while a copy starts."""

    def __init__(self, fails: str = "", refused: int = 0) -> None:
        self.calls: list[str] = []
        self.refusals = [0, refused]
        self.parts: Any = SimpleNamespace(
            app=StubApp(self.calls, 1), another_app=lambda: StubApp(self.calls, 2, fails), prefix=""
        )

    async def lead(self, name: str, upstream: str) -> None:
        self.calls.append(f"{name} to {upstream}")

    async def logged(self, words: str) -> int:
        if "too many clients" not in words:
            return 0
        return self.refusals.pop(0)

    def runner(self) -> SecondCopyRunner:
        itself: Any = self
        return SecondCopyRunner(self.parts, lambda: itself, lambda: itself)


async def ran(stubs: Stubs) -> Any:
    runner = stubs.runner()
    await runner.start_second()
    await runner.end_second()
    await runner.end_second()  # nothing is left to end
    (outcome,) = runner.seen
    return outcome


async def test_a_copy_that_is_ready_serves_until_the_heal() -> None:
    stubs = Stubs(refused=2)
    outcome = await ran(stubs)
    assert stubs.calls == [
        "start", "app to 127.0.0.1:2", "app to 127.0.0.1:1", "terminate", "close"
    ]  # fmt: skip
    assert (outcome.ready, outcome.refused, outcome.clashed) == (True, 2, False)


@pytest.mark.parametrize(
    ("words", "clashed"),
    [("TooManyConnectionsError: sorry, too many clients already", False),
     ("OSError: [Errno 98] error while attempting to bind: address already in use", True)],
)  # fmt: skip
async def test_a_copy_that_fails_gets_no_callers(words: str, clashed: bool) -> None:
    stubs = Stubs(words, refused=1)
    outcome = await ran(stubs)
    assert stubs.calls == ["start", "close"]
    assert (outcome.ready, outcome.exit_code, outcome.refused) == (False, 3, 1)
    assert outcome.clashed == clashed

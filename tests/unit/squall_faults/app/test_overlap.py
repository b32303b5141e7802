"""``app.overlap``: a second copy starts at injection, and ends at the heal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from squall_faults import AppOverlap, HealFailed, InjectionFailed, within
from squall_faults.ports import AppCopies


class StubCopies:
    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.calls: list[str] = []

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if call == self.refuses:
            raise InjectionFailed(f"{call}: the stub refuses")

    async def start_second(self) -> None:
        self._note("start")

    async def end_second(self) -> None:
        self._note("end")


async def test_the_second_copy_starts_and_ends() -> None:
    copies = StubCopies()
    assert isinstance(copies, AppCopies)
    async with within(AppOverlap(), copies) as injection:
        bite = await injection.bite()
        assert copies.calls == ["start"]
    assert copies.calls == ["start", "end"]
    assert (bite.count, bite.what) == (1, "instances of the app beside the first")


@pytest.mark.parametrize(
    ("refuses", "raised"), [("start", InjectionFailed), ("end", HealFailed)], ids=str
)
async def test_a_refusal_is_reported_and_the_copy_ends(
    refuses: str, raised: Callable[..., Exception]
) -> None:
    copies = StubCopies(refuses)
    with pytest.raises(raised, match=refuses):  # type: ignore[call-overload]
        async with within(AppOverlap(), copies):
            pass
    assert copies.calls == ["start", "end"]

"""What a busy worker sends hides the statements of a request; it does not make them none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from squall.history.coverage import Coverage, OperationProfile
from squall.lab.trial import Trial
from squall_faults.ports import Traffic


class Client:
    """Not used."""


def traffic(statements: int) -> Traffic:
    return Traffic(open=1, accepted=1, upstream_bytes=0, downstream_bytes=0, statements=statements)


@pytest.mark.parametrize(
    ("per_second", "statements", "told"),
    [
        (0.0, 1, [1.0]),
        (0.0, 0, [0.0]),
        (100.0, 40, [40.0]),
        (100.0, 2, []),
    ],
    ids=["a request alone", "none at all", "more than the worker's", "as many as the worker's"],
)
async def test_statements_of_a_request_beside_those_of_a_worker(
    monkeypatch: pytest.MonkeyPatch, per_second: float, statements: int, told: list[float]
) -> None:
    async def now() -> Traffic:
        return traffic(10 + statements)

    client: Any = Client()
    trial = Trial(client=client, traffic=now, seed=1, run_id="r", deadline_seconds=1.0)
    trial.background = per_second
    monkeypatch.setattr("squall.lab.trial.time", SimpleNamespace(monotonic=lambda: 7.1))
    assert await trial._sent(traffic(10), began=7.0) == told


@pytest.mark.parametrize(
    ("measured", "untouched"),
    [((0.0, 0.0), True), ((0.0, None), False), ((0.0, 1.0), False), ((None, None), False)],
)
def test_an_app_without_a_database_is_told_only_if_that_is_certain(
    measured: tuple[float | None, ...], untouched: bool
) -> None:
    operations = tuple(
        OperationProfile(operation=f"GET /{n}", name=f"read-{n}", effect="read", statements=one)
        for n, one in enumerate(measured)
    )
    assert Coverage(operations=operations).untouched is untouched

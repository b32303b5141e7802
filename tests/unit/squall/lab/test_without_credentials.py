"""Reads that are forbidden without a fault, and asked for all the time."""

from __future__ import annotations

import dataclasses
from typing import Any

from squall.lab.trial import TrialResult
from squall.lab.variants import try_variants
from squall.lab.without_credentials import forbidden_reads, read_without_credentials
from squall.workload.operations import Operation, PlannedRequest, requests

READ = Operation(
    name="read", method="GET", path="/articles/{int:1..8}", effect="read",
    headers={"Authorization": "Bearer x"},
)  # fmt: skip


class Members:
    """A trial of an app that forbids every fourth article, and has no eighth one."""

    def drawn(self, operation: Operation, number: int) -> list[PlannedRequest]:
        drawn = requests((operation,), 5, "r")
        return [next(drawn) for _ in range(number)]

    async def probe(self, _operation: Operation, request: PlannedRequest) -> TrialResult:
        number = int(request.path.rpartition("/")[2])
        status = 404 if number == 8 else 403 if number % 4 == 0 else 200
        return TrialResult(status=status, reason="" if status == 200 else "refused")

    async def ask(self, operation: Operation) -> TrialResult:
        results = [await self.probe(operation, one) for one in self.drawn(operation, 3)]
        return next((one for one in results if one.reason), results[0])


class Nothing(Members):
    """The first paths that are drawn are all refused."""

    async def ask(self, operation: Operation) -> TrialResult:
        if operation is READ:
            return TrialResult(status=403, reason="refused")
        return await super().ask(operation)


async def test_what_is_forbidden_in_the_trial_is_kept_beside_what_is_served() -> None:
    trial: Any = Nothing()
    found, result = await try_variants(trial, READ)
    assert result.status == 200
    assert found.forbidden == ("/articles/4",), "404 says nothing about rights"
    assert "/articles/4" not in found.path


def test_they_are_asked_with_the_credentials_of_the_client() -> None:
    strict = Operation(
        name="read", method="GET", path="/articles/{one:1|2}", effect="read",
        headers={"Authorization": "Bearer x"}, forbidden=("/articles/4", "/articles/12"),
    )  # fmt: skip
    found = forbidden_reads([READ, strict], 5)
    assert [one.path for one in found] == ["/articles/4", "/articles/12"]
    assert {one.headers["Authorization"] for one in found} == {"Bearer x"}
    assert read_without_credentials([READ], 5) is not None


class Served(Members):
    """The first three paths that are drawn are all served."""

    async def ask(self, _operation: Operation) -> TrialResult:
        return TrialResult(status=200)


async def test_three_good_answers_do_not_mean_that_all_are_good() -> None:
    trial: Any = Served()
    found, _ = await try_variants(trial, READ)
    assert found.forbidden == ("/articles/4",)
    assert found.path == "/articles/{one:1|2|3|5|6|7}"


async def test_a_path_of_which_all_is_served_stays_as_it_is() -> None:
    trial: Any = Served()
    whole = dataclasses.replace(READ, path="/articles/{int:1..3}")
    assert (await try_variants(trial, whole))[0] == whole

"""``recovery-time``: from the heal to the first of only good and quick answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.config.profile import DEFAULT_CONTRACT
from squall.gates.recovery_time import RecoveryTime

NAME = "recovery-time"


def after(make: Any, *bad: int, count: int = 30) -> list[Any]:
    """Answers every 10 ms from the heal at 2 s on; the ``bad`` ones are refusals."""
    return [(make.refusal if n in bad else make.op)(n, at=2.0 + n * 0.01) for n in range(count)]


def test_it_ends_with_the_first_good_answer_after_the_last_bad_one(
    evidence: Any, make: Any, told: Any
) -> None:
    assert RecoveryTime(within_ms=100).judge(evidence(after(make, 0, 1, 8))) == told.passed(
        NAME,
        "recovered 95 ms after the heal, 3 bad answers since; limit 100 ms",
        recovery_ms=95.0,
        bad_after_heal=3,
    )


def test_it_fails_beyond_its_limit_and_shows_the_bad_answers(
    evidence: Any, make: Any, told: Any
) -> None:
    assert RecoveryTime(within_ms=90).judge(evidence(after(make, 0, 1, 8))) == told.failed(
        NAME,
        "recovered 95 ms after the heal, 3 bad answers since; limit 90 ms",
        (0, 1, 8),
        code="recovered-late",
        recovery_ms=95.0,
        bad_after_heal=3,
    )


def test_who_never_suffered_recovered_at_once(evidence: Any, make: Any, told: Any) -> None:
    during = [make.op(100 + n, at=1.5 + n * 0.01) for n in range(20)]
    assert RecoveryTime(within_ms=0).judge(evidence([*during, *after(make)])) == told.passed(
        NAME,
        "recovered 0 ms after the heal, 0 bad answers since; limit 0 ms",
        recovery_ms=0.0,
        bad_after_heal=0,
    )


def test_a_slow_answer_is_a_bad_one(evidence: Any, make: Any) -> None:
    slow = make.op(30, at=2.0, done=2.6)
    found = RecoveryTime(within_ms=1).judge(evidence([slow, *after(make)]))
    assert (found.verdict, found.figures["bad_after_heal"], found.ops) == ("fail", 1, (30,))
    assert RecoveryTime(within_ms=9, answer_ms=601).judge(evidence([slow])).ops == ()


@pytest.mark.parametrize(("done", "verdict"), [(2.8, "pass"), (2.95, "fail")])
def test_an_operation_that_is_slow_by_nature_may_be_so_after_the_heal(
    evidence: Any, make: Any, done: float, verdict: str
) -> None:
    """A login that hashes for 0.3 s beside reads of 10 ms."""
    calm = replace(DEFAULT_CONTRACT, calm_seconds={"login": 0.3})
    usual = [*(make.op(100 + n, at=1.5 + n * 0.01) for n in range(20)), *after(make)]
    slow = make.op(30, at=2.0, done=done, name="login")
    run = evidence([slow, *usual], contract=calm)
    assert RecoveryTime(within_ms=1).judge(run).verdict == verdict
    other = evidence([make.op(30, at=2.0, done=done, name="read"), *usual], contract=calm)
    assert RecoveryTime(within_ms=1).judge(other).verdict == "fail"


@pytest.mark.parametrize(
    ("late", "status", "verdict"),
    [((40,), 200, "pass"), ((40,), 503, "fail"), ((40, 50), 200, "fail"), ((10,), 200, "fail")],
    ids=["one pause", "a refusal", "two within a moment", "soon after the heal"],
)
def test_one_late_success_among_many_in_time_is_chance(
    evidence: Any, make: Any, late: tuple[int, ...], status: int, verdict: str
) -> None:
    ops = after(make, count=80)
    for number in late:
        made = make.op if status == 200 else make.refusal
        ops[number] = made(number, at=2.0 + number * 0.01, done=3.2 + number * 0.01)
    assert RecoveryTime(within_ms=5).judge(evidence(ops)).verdict == verdict


def test_too_few_good_answers_at_the_end_are_no_recovery(
    evidence: Any, make: Any, told: Any
) -> None:
    ops = [*after(make, 5, 15), make.op(30, at=2.3, done=2.5)]
    assert RecoveryTime().judge(evidence(ops)) == told.failed(
        NAME,
        "not recovered 0.50 s after the heal: 2 of 31 answers since were bad",
        (5, 15),
        code="not-recovered",
        bad_after_heal=2,
    )


def test_without_a_heal_or_answers_nothing_is_proven(evidence: Any, make: Any, told: Any) -> None:
    assert RecoveryTime().judge(evidence(after(make), [])) == told.inconclusive(
        NAME, "no fault was healed, so there is nothing to recover from"
    )
    assert RecoveryTime().judge(evidence(after(make, count=19))) == told.inconclusive(
        NAME, "only 19 operations after the heal; 20 are needed"
    )


def test_a_copy_after_the_heal_is_no_recovery(evidence: Any, make: Any) -> None:
    copies = [make.op(100 + n, at=2.005 + n * 0.05, copy=True) for n in range(20)]
    fresh = [make.op(200 + n, at=3.0 + n * 0.01) for n in range(30)]
    found = RecoveryTime(within_ms=900).judge(evidence([*copies, *fresh]))
    assert (found.code, found.figures["bad_after_heal"]) == ("recovered-late", 10)
    assert RecoveryTime(within_ms=1100).judge(evidence([*copies, *fresh])).verdict == "pass"
    early = [*copies[:10], *fresh]
    assert RecoveryTime(within_ms=100).judge(evidence(early)).verdict == "pass"


def test_copies_that_there_were_before_the_fault_are_usual(evidence: Any, make: Any) -> None:
    copies = [make.op(n, at=at + n * 0.02, copy=True) for n, at in enumerate([0.1] + [2.0] * 40)]
    assert RecoveryTime(within_ms=100).judge(evidence(copies)).verdict == "pass"
    other = [make.op(0, at=0.1, copy=True, name="list-items"), *copies[1:]]
    assert RecoveryTime(within_ms=100).judge(evidence(other)).code == "not-recovered"


def served_after(make: Any, *, until: float, stuck_until: float) -> list[Any]:
    """Two requests every 20 ms, of two paths; one of them fails from the fault on."""
    found = []
    for number in range(int(until * 50)):
        for place, path in enumerate(("GET /stations/7", "GET /stations/8")):
            at = number * 0.02
            bad = 1.0 < at < stuck_until and path.endswith("7")
            made = make.refusal if bad else make.op
            found.append(made(2 * number + place, at=at, request=path))
    return found


@pytest.mark.parametrize(
    ("until", "stuck", "code"),
    [
        (4.0, 9.0, "some-never-recovered"),
        (2.5, 9.0, "some-not-yet"),
        (4.0, 2.2, "holds"),
    ],
)
def test_one_path_that_is_never_served_again_is_found_among_others(
    evidence: Any, make: Any, until: float, stuck: float, code: str
) -> None:
    ops = served_after(make, until=until, stuck_until=stuck)
    found = RecoveryTime(at_least=1).judge(evidence(ops))
    assert found.code == code
    if code == "some-never-recovered":
        assert "GET /stations/7" in found.reason
        assert "GET /stations/8" not in found.reason


def test_a_path_that_was_not_asked_for_later_proves_nothing(evidence: Any, make: Any) -> None:
    """It failed right after the heal; then the load had other paths."""
    ops = served_after(make, until=4.0, stuck_until=9.0)
    asked = [op for op in ops if op.sent < 2.3 or op.request.endswith("8")]
    assert RecoveryTime(at_least=1).judge(evidence(asked)).code == "some-not-yet"


@pytest.mark.parametrize(("refused", "least", "most"), [(True, 0.8, 1.0), (False, 0.0, 0.0)])
def test_who_refuses_at_once_is_not_short_of_a_processor(
    evidence: Any, make: Any, refused: bool, least: float, most: float
) -> None:
    """Each quick refusal counts as time in which the app could have served; a late answer not."""
    bad = [
        make.refusal(n, at=2.0 + n / 100)
        if refused
        else make.op(n, at=2.0 + n / 100, done=2.6 + n / 100)
        for n in range(90)
    ]
    well = [make.op(n, at=2.9 + (n - 100) / 100) for n in range(100, 140)]
    found = RecoveryTime(within_ms=500).judge(evidence([*bad, *well]))
    assert found.code == "recovered-late"
    assert least <= found.patience <= most


@pytest.mark.parametrize(
    ("number", "seconds", "served", "in_kind"),
    [
        (40, 0.01, False, True),
        (39, 0.01, False, False),
        (40, 0.09, False, False),  # late: the app may have had no processor
        (40, 0.01, True, False),
    ],
)
def test_who_refuses_everybody_at_once_has_a_processor(
    evidence: Any, make: Any, number: int, seconds: float, *, served: bool, in_kind: bool
) -> None:
    ats = [2.0 + n / 30 for n in range(number)]
    ops = [make.refusal(n, at=at, done=at + seconds) for n, at in enumerate(ats)]
    if served:
        ops[20] = make.op(20, at=ats[20], done=ats[20] + seconds)
    found = RecoveryTime(within_ms=500).judge(evidence(ops))
    assert (found.code, found.in_kind) == ("not-recovered", in_kind)

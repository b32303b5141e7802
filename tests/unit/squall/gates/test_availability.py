"""``availability``: the share of good answers in each window."""

from __future__ import annotations

from typing import Any

import pytest
from squall import UsageError
from squall.core.events import BackendsSampled, ProcessorAwaited
from squall.gates.availability import Availability
from squall.gates.starvation import excuse_starved
from squall.gates.verdict import judge_gate

NAME = "availability"


@pytest.fixture
def run(evidence: Any, make: Any) -> Any:
    """One of four good answers during, nine of ten after."""
    during = [make.op(0, at=1.1), *(make.refusal(n, at=1.2) for n in range(1, 4))]
    after = [make.refusal(10, at=2.1), *(make.op(n, at=2.2) for n in range(11, 20))]
    return evidence([*during, *after])


def test_enough_good_answers_pass(run: Any, told: Any) -> None:
    assert Availability(during_min=0.25).judge(run) == told.passed(
        NAME,
        "good answers: 25.0% of 4 during, 90.0% of 10 after",
        during_share=0.25,
        during_min=0.25,
        after_share=0.9,
    )


def test_each_window_that_falls_short_is_told(run: Any, told: Any) -> None:
    assert Availability(during_min=0.5, after_min=0.95).judge(run) == told.failed(
        NAME,
        "during the outage 25.0% of 4 were good, not 50%;"
        " after the outage 90.0% of 10 were good, not 95%",
        code="too-few-good-answers-after",
        during_share=0.25,
        during_min=0.5,
        after_share=0.9,
        after_min=0.95,
    )


@pytest.mark.parametrize(
    ("gate", "window"),
    [(Availability(after_min=0.9), "after"), (Availability(during_min=0.1), "during")],
)
def test_an_empty_window_proves_nothing_where_something_is_asked(
    evidence: Any, told: Any, gate: Availability, window: str
) -> None:
    expected = told.inconclusive(NAME, f"there was no operation {window} the outage")
    assert gate.judge(evidence([])) == expected


@pytest.mark.parametrize("wrong", [{"during_min": 1.1}, {"after_min": -0.1}, {"after_min": 90}])
def test_what_is_no_share_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=f"{next(iter(wrong))} must be from 0 to 1, got"):
        Availability(**wrong)


@pytest.mark.parametrize(
    ("bad_reads", "gate", "code"),
    [
        (0, Availability(during_reads_min=0.9), "holds"),
        (4, Availability(during_reads_min=0.9), "too-few-good-reads-during"),
        (4, Availability(), "holds"),
        (0, Availability(during_writes_min=0.9), "too-few-good-writes-during"),
        (0, Availability(during_min=0.9, during_reads_min=0.9), "too-few-good-answers-during"),
    ],
)
def test_an_outage_of_writes_leaves_reads_alone(
    evidence: Any, make: Any, bad_reads: int, gate: Availability, code: str
) -> None:
    writes = [make.refusal(n, at=1.2, effect="write") for n in range(20)]
    bad = [make.refusal(100 + n, at=1.3, effect="read") for n in range(bad_reads)]
    reads = [make.op(200 + n, at=1.4) for n in range(20)]
    found = gate.judge(evidence([*writes, *bad, *reads]))
    assert found.code == code, found.reason


def test_a_copy_is_no_good_read_while_only_writes_fail(evidence: Any, make: Any) -> None:
    copies = [make.op(n, at=1.3, copy=True) for n in range(20)]
    gate = Availability(during_min=0.9, during_reads_min=0.9)
    assert gate.judge(evidence(copies)).code == "too-few-good-reads-during"
    usual = make.op(100, at=0.1, copy=True)
    assert gate.judge(evidence([usual, *copies])).verdict == "pass"


def test_few_reads_prove_nothing(evidence: Any, make: Any) -> None:
    bad = [make.refusal(n, at=1.3, effect="read") for n in range(9)]
    assert Availability(during_reads_min=0.9).judge(evidence(bad)).verdict == "pass"


def sampled(at: float, waiting: int) -> BackendsSampled:
    return BackendsSampled(at=at, total=20, active=waiting, idle=20 - waiting,
                           idle_in_transaction=0, waiting_for_locks=waiting)  # fmt: skip


@pytest.mark.parametrize(
    ("waiting", "starved", "in_kind"),
    [(20, 0.0, True), (5, 0.0, False), (20, 0.3, False)],
    ids=["reads wait for locks", "writes alone do", "and for a processor"],
)
def test_reads_that_wait_for_locks_did_not_want_a_processor(
    evidence: Any, make: Any, waiting: int, starved: float, in_kind: bool
) -> None:
    """Five writes and fifteen reads wait for half a second; the app is starved for a moment."""
    writes = [make.refusal(n, at=1.2, done=1.7, effect="write") for n in range(5)]
    reads = [make.refusal(100 + n, at=1.2, done=1.7, effect="read") for n in range(15)]
    samples = [sampled(1.0 + n / 10, waiting) for n in range(10)]
    awaited = [ProcessorAwaited(at=1.0 + n / 10, seconds=n / 10 * starved) for n in range(10)]
    other = [ProcessorAwaited(at=2.0 + n / 10, seconds=0.3 + n / 20) for n in range(10)]
    run = evidence([*writes, *reads], [*make.outage(), *samples, *awaited, *other])
    found = judge_gate(Availability(during_reads_min=0.7), run)
    assert (found.code, found.in_kind) == ("too-few-good-reads-during", in_kind)
    (excused,) = excuse_starved([found], run)
    assert (excused.verdict == "fail") is in_kind


@pytest.mark.parametrize(
    ("refused", "seconds", "fails"), [(20, 0.01, True), (20, 0.3, False), (10, 0.01, False)]
)
def test_reads_that_are_refused_at_once_did_not_want_a_processor(
    evidence: Any, make: Any, refused: int, seconds: float, fails: bool
) -> None:
    """More than half of the reads, while only writes fail; late ones may be the machine's fault."""
    at = [1.1 + n * 0.01 for n in range(30)]
    missed = [make.refusal(n, at=at[n], done=at[n] + seconds, key=None, effect="read")
              for n in range(refused)]  # fmt: skip
    good = [make.op(n, at=at[n], key=None, effect="read") for n in range(refused, 30)]
    starved = [ProcessorAwaited(at=1 + n / 10, seconds=n * 0.08) for n in range(8)]
    held = evidence([*missed, *good, make.op(99, at=2.5)], [*make.outage(), *starved])
    found = judge_gate(Availability(during_reads_min=0.98), held)
    assert (found.code, found.in_kind) == ("too-few-good-reads-during", fails)
    (excused,) = excuse_starved([found], held)
    assert (excused.verdict == "fail") is fails

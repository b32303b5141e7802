"""``one-effect`` at an HTTP upstream: writes in doubt that come again with another key."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import UpstreamLoad
from squall.gates.one_effect import UPSTREAM, OneEffect
from squall.gates.renamed_writes import renamed_writes
from squall.history.op import FIRST_AGAIN, FIRST_EXTRA, FIRST_REPEAT


def load(at: float, answered: int, alike: int, in_doubt: int = 0, again: int = 0) -> UpstreamLoad:
    return UpstreamLoad(
        at=at, name="payments", requests=99, unknown=0,
        answered=answered, answered_alike=alike, in_doubt=in_doubt, in_doubt_again=again,
    )  # fmt: skip


def run_of(evidence: Any, make: Any, last: UpstreamLoad, *, op: int = 1) -> Any:
    """Before the fault at 1 s two writes of an earlier outage came again."""
    return evidence(
        [make.op(op, name="pay", at=1.5, effect="write", key="k1")],
        [*make.outage(1.0, 2.0), load(0.9, 20, last.answered_alike, 2, 2), last],
    )


@pytest.mark.parametrize(
    ("answered", "alike", "in_doubt", "again", "renamed"),
    [
        (40, 0, 6, 4, True),  # nobody wants the same as another
        (40, 10, 10, 9, True),
        (40, 10, 10, 4, False),  # as many as chance explains
        (40, 10, 10, 0, False),  # repeats with the same key
        (40, 0, 10, 2, False),
        (4, 0, 10, 10, False),  # nothing is known of calm
    ],
)
def test_more_than_chance_are_repeats_with_a_new_key(
    evidence: Any, make: Any, answered: int, alike: int, in_doubt: int, again: int, *, renamed: bool
) -> None:
    run = run_of(evidence, make, load(2.0, answered, alike, 2 + in_doubt, 2 + again))
    found = renamed_writes(run)
    assert (found is not None) is renamed
    assert (OneEffect().judge(run).code == UPSTREAM) is renamed
    if found is not None:
        assert (found.upstream, found.in_doubt, found.again) == ("payments", in_doubt, again)


def test_what_another_client_asks_for_again_is_a_new_request(evidence: Any, make: Any) -> None:
    run = run_of(evidence, make, load(2.0, 40, 0, 8, 6))
    assert renamed_writes(run) is not None
    number = FIRST_AGAIN + FIRST_EXTRA + 1
    again = [make.op(number + n, name="pay", at=2.1, effect="write", key=f"a{n}") for n in (0, 1)]
    assert renamed_writes(evidence([*run.ops, *again], run.events)) is None


def test_where_clients_repeat_each_may_be_a_new_request(evidence: Any, make: Any) -> None:
    last = load(2.0, 40, 0, 12, 12)
    assert renamed_writes(run_of(evidence, make, last, op=FIRST_REPEAT + 1)) is None
    assert renamed_writes(evidence([], make.outage(1.0, 2.0))) is None

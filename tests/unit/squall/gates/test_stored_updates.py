"""An update that was acknowledged is committed, and reads show it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, RowChanged, UpdateShown
from squall.gates.no_acknowledged_write_lost import UPDATE_LOST, NoAcknowledgedWriteLost
from squall.gates.read_your_writes import STALE, ReadYourWrites
from squall.gates.refused_write_absent import STORED_LATER, RefusedWriteAbsent
from squall.history.entries import describe_entries
from squall.history.op import FIRST_REPEAT, Outcome
from squall.history.shape import describe_texts, digest_of

CALM, LATER = range(10), 120
READ = CommitsRead(at=9.0, transactions=10)


def update(make: Any, number: int, item: int, stock: int, **changes: Any) -> Any:
    return replace(
        make.write(number),
        name="set-stock",
        status=200,
        request=f"PUT /items/{item}/stock",
        wanted=describe_texts(json.dumps({"stock": stock})),
        **changes,
    )


def commit(at: float, item: int, stock: int) -> RowChanged:
    values = {"id": digest_of(str(item)), "stock": digest_of(str(stock))}
    return RowChanged(at=at, table="items", ids={"id": str(item)}, values=values)


def calm(make: Any) -> tuple[list[Any], list[Any]]:
    """Ten updates of ten items, each committed before its answer."""
    ops = [update(make, number, number, 500 + number) for number in CALM]
    return ops, [commit(op.done - 0.001, number, 500 + number) for number, op in enumerate(ops)]


def judged(evidence: Any, make: Any, later: Any, *commits: Any) -> Any:
    ops, rows = calm(make)
    return NoAcknowledgedWriteLost().judge(
        evidence([*ops, *later], [*make.outage(), *rows, *commits, READ])
    )


def test_an_update_whose_values_are_never_committed_is_lost(evidence: Any, make: Any) -> None:
    later = update(make, LATER, 3, 77)
    assert judged(evidence, make, [later], commit(later.done, 3, 77)).code != UPDATE_LOST
    found = judged(evidence, make, [later])
    assert (found.code, found.ops) == (UPDATE_LOST, (LATER,))
    assert judged(evidence, make, [later], commit(later.done, 4, 77)).code == UPDATE_LOST
    assert judged(evidence, make, [later], commit(later.done + 1, 3, 78)).code == UPDATE_LOST
    # The app may store something else than was sent: a text that is trimmed, a number in range.
    assert judged(evidence, make, [later], commit(later.done, 3, 78)).code != UPDATE_LOST


@pytest.mark.parametrize("stock", [503, 503.0])
def test_a_value_that_the_row_has_needs_no_commit(evidence: Any, make: Any, stock: int) -> None:
    assert judged(evidence, make, [update(make, LATER, 3, stock)]).code != UPDATE_LOST


def test_a_refusal_and_an_open_answer_promise_nothing(evidence: Any, make: Any) -> None:
    for outcome, status in ((Outcome.REFUSED, 503), (Outcome.UNKNOWN, 504)):
        later = replace(update(make, LATER, 3, 77), outcome=outcome, status=status)
        assert judged(evidence, make, [later]).code != UPDATE_LOST


def test_a_repeat_may_be_answered_from_what_the_first_one_did(evidence: Any, make: Any) -> None:
    first = replace(
        update(make, LATER, 3, 77), outcome=Outcome.UNKNOWN, status=504, done=1.25, sent=1.2
    )
    again = replace(first, id=FIRST_REPEAT + LATER, sent=1.5, done=1.51, status=200,
                    outcome=Outcome.APPLIED)  # fmt: skip
    assert judged(evidence, make, [first, again], commit(1.22, 3, 77)).code != UPDATE_LOST
    assert judged(evidence, make, [first, again]).code == UPDATE_LOST


def of_three(make: Any, *stocks: int) -> list[Any]:
    """Updates of item 3 that are sent together and answered together."""
    ops = [update(make, LATER + n, 3, stock) for n, stock in enumerate(stocks)]
    return [replace(op, sent=ops[0].sent + 0.001, done=ops[0].sent + 0.05) for op in ops]


def test_one_of_several_at_once_may_be_superseded(evidence: Any, make: Any) -> None:
    """What came last stays, and an app may leave out the ones before."""
    three = of_three(make, 77, 78, 79)
    assert judged(evidence, make, three, commit(three[0].done, 3, 79)).code != UPDATE_LOST


def test_what_is_acknowledged_before_the_one_that_supersedes_it_is_lost(
    evidence: Any, make: Any
) -> None:
    three = of_three(make, 77, 78, 79)
    late = commit(three[0].done + 0.3, 3, 79)
    found = judged(evidence, make, three, late)
    assert (found.code, found.ops) == (UPDATE_LOST, (LATER, LATER + 1))
    assert judged(evidence, make, three[1:], late).code != UPDATE_LOST, "one may have its reason"
    assert judged(evidence, make, of_three(make, 79, 79, 79), late).code != UPDATE_LOST
    found = judged(evidence, make, of_three(make, 77, 78))
    assert found.ops == (LATER, LATER + 1), "nothing was committed at all"


@pytest.mark.parametrize("had", [77, 60])
def test_an_update_of_several_that_changes_nothing_is_not_lost(
    evidence: Any, make: Any, had: int
) -> None:
    both = of_three(make, 77, 77)
    found = judged(evidence, make, both, commit(both[0].sent - 0.6, 3, had))
    assert (found.code == UPDATE_LOST) is (had != 77)


def test_what_is_not_stored_in_calm_either_is_not_judged(evidence: Any, make: Any) -> None:
    ops, rows = calm(make)
    later = update(make, LATER, 3, 77)
    happened = [*make.outage(), *rows[1:], READ]
    assert NoAcknowledgedWriteLost().judge(evidence([*ops, later], happened)).code != UPDATE_LOST
    unread = [*make.outage(), *rows]
    assert NoAcknowledgedWriteLost().judge(evidence([*ops, later], unread)).code != UPDATE_LOST


def test_a_commit_may_be_dated_too_early(evidence: Any, make: Any) -> None:
    """The server's clock is compared by a lower bound, which a starved machine makes worse."""
    later = update(make, LATER, 3, 77)
    assert judged(evidence, make, [later], commit(later.sent - 0.4, 3, 77)).code != UPDATE_LOST


def look(make: Any, number: int, item: int, stock: int, **changes: Any) -> Any:
    texts = describe_texts(json.dumps({"id": item, "stock": stock}))
    return make.op(number, request=f"GET /items/{item}", texts=texts, **changes)


SHOWN = [UpdateShown(at=0.0, write="set-stock", read="read-item", fresh=True)] * 3


def seen(evidence: Any, make: Any, reads: list[Any], shown: Any = SHOWN, **limits: Any) -> Any:
    ops, rows = calm(make)
    after = update(make, 250, 9, 9999)
    happened = [*make.outage(), *rows, *shown, READ, commit(after.done, 9, 9999)]
    return ReadYourWrites(**limits).judge(evidence([*ops, after, *reads], happened))


def test_reads_long_after_an_update_show_it(evidence: Any, make: Any) -> None:
    fresh = [look(make, 300 + item, item, 500 + item) for item in range(5)]
    assert seen(evidence, make, fresh).code != STALE
    stale = [look(make, 310 + item, item, 1) for item in (5, 6)]
    found = seen(evidence, make, [*fresh, *stale])
    assert (found.code, found.ops) == (STALE, (315, 316))


def test_a_list_is_compared_thing_by_thing(evidence: Any, make: Any) -> None:
    """A list that shows the newest of one item, and what another one was before its update."""
    shown = [*SHOWN, *(replace(one, read="list-items") for one in SHOWN)]

    def listed(number: int, **stocks: int) -> Any:
        items = [{"id": int(item[1:]), "stock": stock} for item, stock in stocks.items()]
        entries = describe_entries(json.dumps(items))
        return make.op(number, name="list-items", request="GET /items", entries=entries)

    fresh = [listed(300 + n, i1=501, i2=502) for n in range(2)]
    assert seen(evidence, make, fresh, shown).code != STALE
    stale = [listed(310 + n, i1=501, i2=1) for n in range(2)]
    found = seen(evidence, make, [*fresh, *stale], shown)
    assert (found.code, found.ops) == (STALE, (310, 311))
    assert seen(evidence, make, [*fresh, *stale], SHOWN).code != STALE  # lists were not tried


def test_copies_and_caches_that_are_behind_in_calm_are_no_stale_reads(
    evidence: Any, make: Any
) -> None:
    fresh = [look(make, 300 + item, item, 500 + item) for item in range(5)]
    stale = [look(make, 310 + item, item, 1) for item in (5, 6)]
    marked = [replace(op, copy=True) for op in stale]
    assert seen(evidence, make, [*fresh, *marked]).code != STALE
    assert seen(evidence, make, stale).code != STALE  # nothing is fresh yet
    behind = [*SHOWN[:2], replace(SHOWN[0], fresh=False)]
    assert seen(evidence, make, [*fresh, *stale], behind).code != STALE
    assert seen(evidence, make, [*fresh, *stale], []).code != STALE


def test_during_a_fault_reads_are_compared_where_the_database_works(
    evidence: Any, make: Any
) -> None:
    reads = [look(make, 130 + item, item, 500 + item) for item in range(5)]
    reads += [look(make, 140 + item, item, 1) for item in (5, 6)]
    assert seen(evidence, make, reads).code != STALE
    assert seen(evidence, make, reads, fresh_at_once=True).code == STALE


@pytest.mark.parametrize(("early", "read_at", "stale"), [(0.3, 245, False), (0.0, 260, True)])
def test_where_commits_are_dated_too_early_reads_have_more_time(
    evidence: Any, make: Any, early: float, read_at: int, stale: bool
) -> None:
    """All updates of calm are dated so much before their answers, and so is the later one."""
    ops, rows = calm(make)
    after = update(make, 240, 9, 9999)
    reads = [look(make, 300 + item, item, 500 + item) for item in range(5)]
    reads += [look(make, read_at + n, 9, 509) for n in (0, 1)]
    dated = [replace(row, at=row.at - early) for row in (*rows, commit(after.done, 9, 9999))]
    happened = [*make.outage(), *dated, *SHOWN, READ]
    gate = ReadYourWrites(fresh_at_once=True)
    assert (gate.judge(evidence([*ops, after, *reads], happened)).code == STALE) is stale


def refused(make: Any, number: int, item: int, stock: int) -> Any:
    return replace(update(make, number, item, stock), outcome=Outcome.REFUSED, status=503)


@pytest.mark.parametrize(
    ("fault", "after", "others", "code"),
    [
        ("wire.error_reply", 0.3, [], STORED_LATER),
        ("wire.error_reply", 0.05, [], "holds"),  # it may have been under way
        ("wire.error_reply", 0.3, [77], "holds"),  # another client wanted the same
        ("wire.error_reply", 0.3, [78], STORED_LATER),
        ("network.refuse", 0.3, [], "holds"),  # a statement may arrive late
    ],
)
def test_a_refused_update_is_not_stored_later(
    evidence: Any, make: Any, fault: str, after: float, others: list[int], code: str
) -> None:
    ops, rows = calm(make)
    later = refused(make, LATER, 3, 77)
    more = [update(make, LATER + 5 + n, 3, stock) for n, stock in enumerate(others)]
    happened = [
        replace(event, fault=fault) if hasattr(event, "fault") else event for event in make.outage()
    ]
    stored = commit(later.done + after, 3, 77)
    run = evidence([*ops, later, *more], [*happened, *rows, stored, READ])
    assert RefusedWriteAbsent().judge(run).code == code


@pytest.mark.parametrize(("before", "code"), [(77, "holds"), (76, STORED_LATER)])
def test_a_change_of_another_column_shows_what_the_row_had_all_along(
    evidence: Any, make: Any, before: int, code: str
) -> None:
    ops, rows = calm(make)
    later = refused(make, LATER, 3, 77)
    happened = [
        replace(event, fault="wire.error_reply") if hasattr(event, "fault") else event
        for event in make.outage()
    ]
    more = [commit(later.sent - 0.5, 3, before), commit(later.done + 0.5, 3, 77)]
    run = evidence([*ops, later], [*happened, *rows, *more, READ])
    assert RefusedWriteAbsent().judge(run).code == code


def counted(evidence: Any, make: Any, later: list[Any], *, calm_shows: int = 0) -> Any:
    """Twenty items whose stock orders lower, and reads that show it; then ``later``."""
    ops = [look(make, 20 + item, item, 100 + item) for item in range(20)]
    rows = [commit(0.42 + item / 1000, item, 80 + item) for item in range(20)]
    ops += [look(make, 70 + item, item, 80 + item + calm_shows) for item in range(10)]
    after = make.write(230)
    happened = [*make.outage(), *rows, READ]
    return ReadYourWrites().judge(evidence([*ops, after, *later], happened))


@pytest.mark.parametrize(
    ("shown", "changes", "code"),
    [
        (55, {}, "never-stored"),
        (None, {}, "not-judged"),  # what is stored
        (100, {}, "not-judged"),  # what the same request showed before: a cache
        (55, {"copy": True}, "not-judged"),
        (55, {"request": "GET /items/99"}, "not-judged"),  # it was not asked before
    ],
    ids=["never", "stored", "cached", "a marked copy", "another item"],
)
def test_reads_show_what_was_stored_at_some_time(
    evidence: Any, make: Any, shown: int | None, changes: dict[str, Any], code: str
) -> None:
    later = [
        replace(look(make, 300 + item, item, shown or 80 + item), **changes)
        if shown != 100
        else look(make, 300 + item, item, 100 + item)
        for item in (3, 5)
    ]
    assert counted(evidence, make, later).code == code


def test_what_was_not_asked_before_counts_if_nothing_is_cached(evidence: Any, make: Any) -> None:
    odd = [look(make, 300 + item, item, 55) for item in (33, 35)]
    rows = [commit(0.42, item, 90 + item) for item in (33, 35)]
    ops = [look(make, 20 + item, item, 100 + item) for item in range(10)]
    fresh = [look(make, 70 + item, item, 80 + item) for item in range(10)]
    first = [commit(0.42 + item / 1000, item, 80 + item) for item in range(10)]
    happened = [*make.outage(), *rows, *first, READ]
    codes = [
        ReadYourWrites().judge(evidence([*seen, make.write(230), *odd], happened)).code
        for seen in ([*ops, *fresh], fresh)
    ]
    assert codes == ["never-stored", "not-judged"]


def test_one_odd_read_alone_and_other_numbers_prove_nothing(evidence: Any, make: Any) -> None:
    odd = [look(make, 300 + item, item, 55) for item in (3, 5)]
    assert counted(evidence, make, odd[:1]).code == "not-judged"
    assert counted(evidence, make, odd, calm_shows=7).code == "not-judged", "no column is shown"


def figure(make: Any, number: int, team: int, kind: int, value: int, **changes: Any) -> Any:
    wanted = describe_texts(json.dumps({"value": value}))
    request = f"PUT /teams/{team}/figures/{kind}"
    return replace(make.write(number), name="set-figure", status=200, request=request,
                   wanted=wanted, **changes)  # fmt: skip


def stored(at: float, team: int, kind: int, value: int) -> RowChanged:
    values = {"value": digest_of(str(value))}
    ids = {"team": str(team), "kind": str(kind)}
    return RowChanged(at=at, table="figures", ids=ids, values=values)


def shown(make: Any, number: int, team: int, kind: int, value: int, at: float) -> Any:
    texts = describe_texts(json.dumps({"value": value}))
    return replace(make.op(number, at=at), name="read-figure", texts=texts,
                   request=f"GET /teams/{team}/figures/{kind}")  # fmt: skip


@pytest.mark.parametrize(("kind", "stale"), [(6, False), (5, True)])
def test_a_row_may_be_named_by_two_parts_of_the_path(
    evidence: Any, make: Any, kind: int, stale: bool
) -> None:
    """An update of another kind of the same team is no update of what is read, nor of the same
    kind of another team.
    """
    pairs = [(n // 3, 5 + n % 3) for n in CALM]
    ops = [figure(make, n, *pair, 500 + n) for n, pair in enumerate(pairs)]
    rows = [stored(op.done - 0.001, *pairs[n], 500 + n) for n, op in enumerate(ops)]
    works = figure(make, LATER, 9, 9, 1, sent=2.1, done=2.11, intended=2.1)
    changed = [stored(2.1, 9, 9, 1), stored(2.4, 1, 5, 40), stored(2.5, 1, kind, 41)]
    trials = [UpdateShown(at=0.5, write="set-figure", read="read-figure", fresh=True)] * 2
    reads = [shown(make, 200 + n, 1, 5, 40, 3.0 + n / 100) for n in range(3)]
    reads.append(shown(make, 300, 9, 9, 1, 3.1))
    found = ReadYourWrites().judge(
        evidence([*ops, works, *reads], [*make.outage(), *rows, *changed, *trials, READ])
    )
    assert (found.code == STALE) is stale

"""Two runs side by side: what differs besides the app stands on top, and nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Control
from squall.reports import comparison as comparing
from squall.reports.comparability import difference_lines, differences_of_runs
from squall.reports.html import page
from squall.reports.html.compare_page import ComparedSuite, compare_page, gate_rows
from squall.reports.html.report_tables import paired_rows
from squall.reports.html.timeline_pictures import control_timeline, pictures, timeline_of
from squall.reports.run_store import StoredRun, StoredSuite
from squall.runner.run import Run
from squall.scenario.model import Load

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;{{ 7 * 7 }}"


@pytest.fixture
def written_page() -> Callable[..., str]:
    """The page of two lists of runs."""

    def build(first: list[Run], second: list[Run], **facts: Any) -> str:
        suites = []
        for runs, more in ((first, {}), (second, facts)):
            stored = [
                StoredRun(run=run, path=Path(run.scenario.name), reproduce="", **more)
                for run in runs
            ]
            suites.append(StoredSuite(runs=tuple(stored), not_judged={}))
        comparison = comparing.compare(first, second, confidence=0.95)
        return compare_page(
            ComparedSuite(name="runs/one", suite=suites[0]),
            ComparedSuite(name="runs/two", suite=suites[1]),
            comparison,
        )

    return build


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<script.*?</script>|<[^>]+>", " ", html,
                           flags=re.DOTALL).split())  # fmt: skip


def test_runs_that_differ_in_the_app_only_have_no_warning(run: Any, written_page: Any) -> None:
    words = text_of(written_page([run()], [run()]))
    assert "differ in more than the app" not in words
    assert "not the same" not in words


def slower_load(run: Run) -> Run:
    return replace(run, scenario=replace(run.scenario, load=Load(rate_per_second=20)))


def test_different_loads_and_seeds_are_named_on_top_and_at_the_outage(
    run: Any, written_page: Any
) -> None:
    other = replace(slower_load(run()), seed=8)
    words = text_of(written_page([run(), run(name="lost")], [other, run(name="lost")]))
    head = words[: words.index("every change")]
    assert "These runs differ in more than the app" in head
    assert "not the same in both runs: load: 80/s jittered and 20/s jittered (cut)" in head
    assert "not the same in both runs: seed: 7 and 8 (cut)" in head
    assert words.count("not the same: seed: 7 and 8") == 1


def test_loads_of_other_kinds_of_requests_are_named(run: Any, written_page: Any) -> None:
    whole = run()
    writes = replace(whole.scenario, load=replace(whole.scenario.load, requests="writes"))
    words = text_of(written_page([whole], [replace(whole, scenario=writes)]))
    assert "load: 80/s jittered and 80/s jittered, writes only" in words


def test_what_concerns_every_outage_is_said_once(run: Any) -> None:
    found = {"seed: 7 and 8": ["cut", "lost"], "engine: embedded and toxiproxy": ["cut"]}
    assert difference_lines(found, 2) == [
        "not the same in both runs: seed: 7 and 8",
        "not the same in both runs: engine: embedded and toxiproxy (cut)",
    ]
    assert differences_of_runs(run(), run()) == []


def test_each_kind_of_difference_is_noticed(run: Any, make: Any) -> None:
    plain = run()
    contract = replace(plain.evidence.contract, deadline_seconds=2.0)
    ops = [make.write(n) for n in range(300)]
    others = {
        "the faults, or how long": replace(
            plain,
            scenario=replace(
                plain.scenario, steps=(replace(plain.scenario.steps[0], lasting_seconds=2.0),)
            ),
        ),
        "windows before and after": run(after_seconds=5.0),
        "gates or their limits": run(gates={"availability": None}),
        "engine: embedded and toxiproxy": replace(plain, engine="toxiproxy"),
        "deadline in seconds: 1.0 and 2.0": replace(
            plain, evidence=replace(plain.evidence, contract=contract)
        ),
        "operations that only the second has: place-order": run(ops=ops),
    }
    for wanted, other in others.items():
        told = differences_of_runs(plain, other)
        assert any(wanted in line for line in told), (wanted, told)


def test_libraries_that_differ_are_named(run: Any, written_page: Any) -> None:
    words = text_of(written_page([run()], [run()], app="shop:app"))
    assert "not the same in both runs: app: ? and shop:app" in words


def test_versions_of_libraries_travel_with_a_run(stored: Any, run: Any, say: Any) -> None:
    one, two = stored(run()), stored(run(), name="two")
    file = two / "cut" / "run.json"
    text = file.read_text()
    assert re.search(r'"asyncpg": "[\d.]+"', text)
    file.write_text(re.sub(r'"asyncpg": "[\d.]+"', '"asyncpg": "0.1"', text))
    code, output = say("compare", one, two)
    assert code == 0
    assert re.search(r"not the same in both runs: asyncpg: [\d.]+ and 0\.1\n", output)


def test_gates_operations_and_timelines_stand_side_by_side(
    run: Any, finding: Any, make: Any, written_page: Any
) -> None:
    ops = [make.refusal(n) if 100 <= n < 160 else make.op(n) for n in range(300)]
    html = written_page([run(), run(name="same")], [run(ops=ops, findings=[finding()]),
                                                   run(name="same")])  # fmt: skip
    words = text_of(html)
    assert html.count('<svg class="timeline"') == 4
    assert "1 worse · 0 better · 1 not distinguishable" in words
    assert words.index("cut ✓ pass → then ✗ fail worse") < words.index("same ✓ pass")
    assert "availability absent ✗ fail 60% were good, not 90%" in words
    assert "read-item during 100 100 100% 40%" in words


def test_only_outages_of_one_run_and_of_failed_labs_are_named(run: Any, written_page: Any) -> None:
    words = text_of(written_page([run(), run(name="old")], [run(), run(name="new")]))
    assert "Only in the first run: old" in words
    assert "Only in the second run: new" in words


def test_no_text_of_a_run_becomes_markup(run: Any, make: Any, written_page: Any) -> None:
    ops = [make.refusal(n, name=EVIL, body=EVIL) for n in range(300)]
    bad = Finding(gate=EVIL, verdict=Verdict.FAIL, code="x", reason=EVIL)
    evil = run(name=EVIL, story=EVIL, ops=ops, findings=[bad])
    html = written_page([evil], [slower_load(evil)], app=EVIL)
    assert html.count("<script") == 1
    assert "<img" not in html
    assert "default-src 'none'; script-src 'sha256-" in html.replace("&#39;", "'")
    assert not re.search(r"@import|url\(|https?://", html)


def test_gates_that_say_something_else_come_first(finding: Any) -> None:
    same = finding("log-clean", verdict=Verdict.FAIL)
    rows = gate_rows([same, finding("one", verdict=Verdict.PASS)], [same, finding("one")])
    assert [(row["gate"], row["differs"]) for row in rows] == [("one", True), ("log-clean", False)]


def controlled(run: Run) -> Run:
    """The run with a control arm that answered everything."""
    ops = tuple(
        replace(op, intended=op.intended - 10, sent=op.sent - 10, done=op.done - 10)
        for op in run.evidence.ops
    )
    control = Control(ops=ops, start=-10.0, injected_seconds=1.0, healed_seconds=2.0)
    return replace(run, evidence=replace(run.evidence, control=control))


def test_both_arms_of_a_paired_run_stand_in_its_report(run: Any, reported: Any) -> None:
    plain = page.report(reported(run()), {})
    assert "With the fault, and without it" not in plain
    assert '<svg class="timeline"' not in plain
    html = page.report(reported(controlled(run())), {})
    assert "With the fault, and without it" in html
    assert html.count('<svg class="timeline"') == 2


def test_operations_of_both_arms_are_matched_by_window(run: Any) -> None:
    evidence = controlled(run()).evidence
    assert evidence.control is not None
    rows = paired_rows(evidence, evidence.control)
    assert [(row["name"], row["window"]) for row in rows] == [
        ("read-item", "before"), ("read-item", "during"), ("read-item", "after"),
    ]  # fmt: skip
    assert all(row["cells"][0]["requests"] == row["cells"][1]["requests"] == 100 for row in rows)


def dots(picture: Markup) -> list[str]:
    return re.findall(r'<circle class="\S+" cx="([\d.]+)"', picture)


def test_pictures_have_common_axes_and_the_fault_at_zero(run: Any) -> None:
    evidence = controlled(run()).evidence
    control = control_timeline(evidence, "control")
    assert control is not None
    one, two = pictures([timeline_of(evidence, "fault"), control])
    assert dots(one) == dots(two)
    assert (one.count('class="band"'), two.count('class="band"')) == (1, 0)
    assert re.findall(r"<text.*?</text>", one) == re.findall(r"<text.*?</text>", two)
    led = replace(timeline_of(evidence, "fault"), bands=[("lead", -0.5, 0.0)])
    assert pictures([led])[0].count('class="lead"') == 1
    late = replace(evidence, ops=tuple(replace(op, done=op.done + 8) for op in evidence.ops))
    assert ">10 s</text>" in pictures([timeline_of(evidence, "a"), timeline_of(late, "b")])[0]


def test_a_picture_has_a_bounded_number_of_dots_and_all_kinds(run: Any, make: Any) -> None:
    ops = [make.refusal(n) if n == 3_000 else make.op(n) for n in range(9_000)]
    (picture,) = pictures([timeline_of(run(ops=ops).evidence, "many")])
    assert len(dots(picture)) <= 601
    assert picture.count('class="refused"') == 1


def test_a_run_without_requests_has_a_picture(run: Any) -> None:
    (picture,) = pictures([timeline_of(run(ops=[]).evidence, "none")])
    assert dots(picture) == []


def test_the_command_writes_the_page_and_leaves_the_runs_as_they_were(
    stored: Any, run: Any, say: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = stored(run()), stored(run(), name="two")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    code, output = say("compare", one, two, "--html")
    assert code == 0
    assert output.splitlines()[-1] == "report: .squall/compared/out-and-two.html"
    made = set(tmp_path.rglob("*")) - set(before)
    assert {path.name for path in made} == {".squall", "compared", "out-and-two.html"}
    assert (tmp_path / ".squall/compared/out-and-two.html").stat().st_size > 1000


def test_the_index_can_be_sorted_and_grouped(run: Any, finding: Any, reported: Any) -> None:
    never = finding("recovery-time", code="not-recovered")
    runs = [reported(run(tags=frozenset({"wire", "smoke"}))),
            reported(run(name="lost", findings=[never]))]  # fmt: skip
    html = page.index(runs)
    assert 'data-recovery="0.0" data-cause="passed" data-tags="smoke|wire"' in html
    assert 'data-recovery="1000000"' in html
    for value in ("kind", "cause", "tags", "recovery"):
        assert f'<option value="{value}">' in html

"""junit.xml as readers of it expect, whatever the run's texts hold."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from squall.gates.verdict import Verdict
from squall.reports.junit import junit
from squall.runner.result import LabFailure, NotRun
from squall.scenario.selection import Skipped


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def test_one_case_an_outage_with_the_totals_of_the_verdicts(
    run: Any, finding: Any, reported: Any
) -> None:
    thin = finding("faults-bit", verdict=Verdict.INCONCLUSIVE, reason="never bit")
    runs = [run(), run(name="lost", findings=[finding()]), run(name="idle", findings=[thin])]
    suite = parsed(junit([reported(each) for each in runs]))[0]
    totals = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped", "time")}
    assert totals == {
        "tests": "3", "failures": "1", "errors": "1", "skipped": "0", "time": "9.000",
    }  # fmt: skip
    children = {case.get("name"): [child.tag for child in case] for case in suite}
    assert children == {
        "cut": ["properties"], "lost": ["properties", "failure"], "idle": ["properties", "error"],
    }  # fmt: skip


def test_a_failure_tells_findings_timeline_and_command(
    run: Any, finding: Any, reported: Any
) -> None:
    failure = parsed(junit([reported(run(findings=[finding()]))])).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "availability: 60% were good, not 90%"
    assert (failure.text or "").splitlines() == [
        "cut: fail (seed 7, engine embedded)",
        "  why: availability: 60% were good, not 90%",
        "  fail availability: 60% were good, not 90%",
        "",
        "  1.000 s  network.refuse injected",
        "  2.000 s  network.refuse healed: 3 cuts",
        "   before    100 x 200",
        "   during    100 x 200",
        "    after    100 x 200",
        "",
        "reproduce: squall check --only cut --seed 7",
    ]


def test_properties_carry_the_figures(run: Any, reported: Any) -> None:
    root = parsed(junit([reported(run())]))
    found = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert found == {
        "squall.verdict": "pass", "squall.seed": "7", "squall.engine": "embedded",
        "squall.bites": "3 cuts", "squall.recovery_ms": "0",
        "squall.before.operations": "100", "squall.before.good": "100", "squall.before.p95_ms": "5",
        "squall.during.operations": "100", "squall.during.good": "100", "squall.during.p95_ms": "5",
        "squall.after.operations": "100", "squall.after.good": "100", "squall.after.p95_ms": "5",
        "squall.reproduce": "squall check --only cut --seed 7",
    }  # fmt: skip


def test_what_xml_cannot_hold_does_not_break_the_file(
    run: Any, finding: Any, reported: Any
) -> None:
    bad = finding(reason='a \x00 b \x1b[31m c \ud800 d \uffff "<&>" 🌩')
    failure = parsed(junit([reported(run(findings=[bad]))])).find(".//failure")
    assert failure is not None
    assert failure.get("message") == 'availability: a � b �[31m c � d � "<&>" 🌩'


def test_an_outage_whose_lab_broke_twice_is_an_error(run: Any, reported: Any) -> None:
    lost = LabFailure(scenario=run(name="lost").scenario, reason="Stall() hangs\nkill it")
    healed = LabFailure(scenario=run().scenario, reason="once", again=True)
    suite = parsed(junit([reported(run())], NotRun(broken=[healed, lost])))[0]
    assert (suite.get("tests"), suite.get("errors")) == ("2", "1")
    error = suite.find(".//error")
    assert error is not None
    assert (error.get("message"), error.text) == ("Stall() hangs", "Stall() hangs\nkill it")


def test_an_outage_that_was_not_run_is_skipped_with_the_reason(run: Any, reported: Any) -> None:
    idle = Skipped(scenario=run(name="idle").scenario, reason="nothing is ever idle")
    suite = parsed(junit([reported(run())], NotRun(skipped=[idle])))[0]
    assert (suite.get("tests"), suite.get("skipped"), suite.get("errors")) == ("2", "1", "0")
    case = suite[1]
    assert (case.get("name"), case[0].tag) == ("idle", "skipped")
    assert case[0].get("message") == "nothing is ever idle"

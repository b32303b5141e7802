"""junit.xml: one suite for a check, one case for an outage, findings as the text of a failure.

An inconclusive run is an ``error``, not a ``failure``: the app may be healthy, but nothing is
proven. Attributes and elements are those that Jenkins, GitLab and GitHub's reporters support.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement

from squall.gates.verdict import Verdict
from squall.history.coverage import Coverage
from squall.reports.plain_text import timeline, verdict_lines
from squall.reports.shard_record import Part
from squall.reports.summary_row import summary_row
from squall.reports.verdict_json import Reported, coverage_of, unproven
from squall.reports.windows import WINDOWS, recovery_ms, run_seconds, window_figures
from squall.reports.xml_file import xml_document, xml_text
from squall.runner.result import EVERYTHING_RAN, LabFailure, NotRun
from squall.scenario.selection import Skipped

ELEMENT = {Verdict.FAIL: "failure", Verdict.INCONCLUSIVE: "error"}


def junit(
    reported: Sequence[Reported],
    aside: NotRun = EVERYTHING_RAN,
    part: Part | None = None,
) -> str:
    """The file's text; ``part`` is what it holds of a check that several machines share."""
    left = unproven(reported, aside.broken)
    coverage = coverage_of(reported)
    problems = part.problems if part else ()
    totals = _totals(reported, len(left) + len(problems), len(aside.skipped), coverage)
    root = Element("testsuites", totals)
    suite = SubElement(root, "testsuite", totals)
    _suite_properties(suite, coverage, part)
    for each in reported:
        suite.append(each.once("junit.xml", _case))
    for lost in left:
        error = _without_a_run(suite, lost, "error")
        error.set("type", "lab-failed" if lost.attempted else "not-run")
        error.text = _clean(lost.reason)
    for skipped in aside.skipped:
        _without_a_run(suite, skipped, "skipped")
    for number, problem in enumerate(problems, 1):
        case = SubElement(suite, "testcase", classname="squall", name=f"merge, problem {number}")
        SubElement(case, "error", message=_clean(problem), type="merge")
    return xml_document(root)


def _totals(
    reported: Sequence[Reported], left: int, skipped: int, coverage: Coverage | None
) -> dict[str, str]:
    verdicts = [each.run.verdict for each in reported]
    short = bool(coverage and coverage.short)
    seconds = sum(each.once("seconds", _seconds) for each in reported)
    return {
        "name": "squall",
        "tests": str(len(reported) + left + skipped + short),
        "failures": str(verdicts.count(Verdict.FAIL) + short),
        "errors": str(verdicts.count(Verdict.INCONCLUSIVE) + left),
        "skipped": str(skipped),
        "time": f"{seconds:.3f}",
    }


def _suite_properties(suite: Element, coverage: Coverage | None, part: Part | None) -> None:
    """Properties of the suite, and a failed case if too few operations were requested."""
    told = [*(part.properties.items() if part else ()), *(_coverage(coverage) if coverage else ())]
    if told:
        properties = SubElement(suite, "properties")
        for name, value in told:
            SubElement(properties, "property", name=name, value=_clean(value))
    if coverage is not None and coverage.short:
        case = SubElement(suite, "testcase", classname="squall", name="coverage")
        SubElement(case, "failure", message=_clean(coverage.short), type="fail")


def _coverage(coverage: Coverage) -> Iterator[tuple[str, str]]:
    told = {
        "offered": coverage.offered,
        "requested": coverage.asked,
        "writes": coverage.asked_writes,
        "touching_database": coverage.touching if coverage.measured else "",
    }
    for name, value in told.items():
        yield f"squall.coverage.{name}", str(value)
    for reason, count in coverage.reasons:
        yield "squall.coverage.left_out", f"{count}: {reason}"


def _without_a_run(suite: Element, outage: LabFailure | Skipped, kind: str) -> Element:
    case = SubElement(suite, "testcase", classname="squall", name=_clean(outage.scenario.name))
    return SubElement(case, kind, message=_clean(outage.reason).partition("\n")[0])


def _case(reported: Reported) -> Element:
    run = reported.run
    name = _clean(run.scenario.name)
    case = Element("testcase", classname="squall", name=name, time=f"{_seconds(reported):.3f}")
    properties = SubElement(case, "properties")
    for key, value in _properties(reported):
        SubElement(properties, "property", name=key, value=_clean(value))
    if run.verdict in ELEMENT:
        kind, message = ELEMENT[run.verdict], _clean(run.diagnosis.reason)
        told = SubElement(case, kind, message=message, type=run.verdict.value)
        lines = [*verdict_lines(run), "", *timeline(run), "", f"reproduce: {reported.reproduce}"]
        told.text = _clean("\n".join(lines))
    return case


def _properties(reported: Reported) -> Iterator[tuple[str, str]]:
    run = reported.run
    yield "squall.verdict", run.verdict.value
    yield "squall.seed", str(run.seed)
    yield "squall.engine", run.engine
    yield "squall.bites", summary_row(run).bites
    recovery = recovery_ms(run)
    if recovery is not None:
        yield "squall.recovery_ms", f"{recovery:g}"
    for window in WINDOWS:
        figures = window_figures(run.evidence, window)
        yield f"squall.{window}.operations", str(figures.operations)
        yield f"squall.{window}.good", str(figures.good)
        if figures.p95_ms is not None:
            yield f"squall.{window}.p95_ms", f"{figures.p95_ms:g}"
    if run.diagnosis.remedy is not None:
        yield "squall.remedy", run.diagnosis.remedy.key
    yield "squall.reproduce", reported.reproduce


def _seconds(reported: Reported) -> float:
    return run_seconds(reported.run.evidence)


def _clean(text: str) -> str:
    return xml_text(text, "�")

"""junit.xml: one suite for a check, one case for an outage, findings as the text of a failure.

An inconclusive run is an ``error``, not a ``failure``: the app may be well, but nothing is proven.
Attributes and elements are those that Jenkins, GitLab and GitHub's reporters agree on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.checkers.verdict import Verdict
from harness.reports.numbers import numbers
from harness.reports.text import timeline, verdict_lines
from harness.reports.verdict_json import Reported, unproven
from harness.reports.windows import WINDOWS, recovery_ms, start_of, window_figures
from harness.scenario.outcome import NOTHING_ASIDE, Aside, Broken, Skipped

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0, section 2.2, does not allow even when it is escaped."""

ELEMENT = {Verdict.FAIL: "failure", Verdict.INCONCLUSIVE: "error"}


def junit(reported: Sequence[Reported], aside: Aside = NOTHING_ASIDE) -> str:
    """The file's text."""
    verdicts = [each.run.verdict for each in reported]
    left = unproven(reported, aside.broken)
    totals = {
        "name": "squall",
        "tests": str(len(reported) + len(left) + len(aside.skipped)),
        "failures": str(verdicts.count(Verdict.FAIL)),
        "errors": str(verdicts.count(Verdict.INCONCLUSIVE) + len(left)),
        "skipped": str(len(aside.skipped)),
        "time": f"{sum(_seconds(each) for each in reported):.3f}",
    }
    root = Element("testsuites", totals)
    suite = SubElement(root, "testsuite", totals)
    for each in reported:
        suite.append(_case(each))
    for lost in left:
        error = _without_a_run(suite, lost, "error")
        error.set("type", "broken")
        error.text = _clean(lost.reason)
    for skipped in aside.skipped:
        _without_a_run(suite, skipped, "skipped")
    indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + tostring(root, encoding="unicode") + "\n"


def _without_a_run(suite: Element, outage: Broken | Skipped, kind: str) -> Element:
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
        lines = [*verdict_lines(run), "", *timeline(run), "", f"again: {reported.reproduce}"]
        told.text = _clean("\n".join(lines))
    return case


def _properties(reported: Reported) -> Iterator[tuple[str, str]]:
    run = reported.run
    yield "squall.verdict", run.verdict.value
    yield "squall.seed", str(run.seed)
    yield "squall.engine", run.engine
    yield "squall.bites", numbers(run).bites
    recovery = recovery_ms(run)
    if recovery is not None:
        yield "squall.recovery_ms", f"{recovery:g}"
    for window in WINDOWS:
        figures = window_figures(run.evidence, window)
        yield f"squall.{window}.operations", str(figures.operations)
        yield f"squall.{window}.good", str(figures.good)
        if figures.p95_ms is not None:
            yield f"squall.{window}.p95_ms", f"{figures.p95_ms:g}"
    if run.diagnosis.cure is not None:
        yield "squall.cure", run.diagnosis.cure.key
    yield "squall.reproduce", reported.reproduce


def _seconds(reported: Reported) -> float:
    """From the first to the last that was seen."""
    evidence = reported.run.evidence
    ends = [op.done for op in evidence.ops] + [event.at for event in evidence.events]
    return max(ends, default=0.0) - start_of(evidence)


def _clean(text: str) -> str:
    return NOT_XML.sub("�", text)

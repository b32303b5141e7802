"""junit.xml of a sweep: one suite for each operation, one case for each fault point."""

from __future__ import annotations

from collections.abc import Collection
from xml.etree.ElementTree import Element, SubElement

from squall.reports.sweep_failures import evidence_lines, failing_lines
from squall.reports.xml_file import xml_document, xml_text
from squall.sweeping.cells import Cell
from squall.sweeping.sweep_result import CellResult, Status, SweepResult


def sweep_junit(result: SweepResult) -> str:
    """The file's text. Failing cells of a baseline are skipped, with the word ``baseline``."""
    root = Element("testsuites", name="squall sweep")
    known = result.limits.known
    for name in dict.fromkeys(one.cell.operation for one in result.results):
        cells = [one for one in result.results if one.cell.operation == name]
        new = [one for one in cells if one.status is Status.FAILED and one.cell not in known]
        suite = SubElement(root, "testsuite", name=xml_text(name), tests=str(len(cells)))
        suite.set("failures", str(len(new)))
        suite.set("time", f"{sum(one.seconds for one in cells):.3f}")
        for one in cells:
            suite.append(_case(result, one, known))
    return xml_document(root)


def _case(result: SweepResult, one: CellResult, known: Collection[Cell]) -> Element:
    case = Element("testcase", classname=f"squall.sweep.{xml_text(one.cell.operation)}")
    case.set("name", xml_text(one.cell.id))
    case.set("time", f"{one.seconds:.3f}")
    if one.status is Status.NOT_EXERCISED:
        SubElement(case, "skipped", message="the statement was not sent")
    elif one.status is Status.FAILED and one.cell in known:
        SubElement(case, "skipped", message="baseline: known to fail")
    elif one.status is Status.FAILED:
        failure = SubElement(case, "failure", type=one.worst.value)
        failure.set("message", xml_text(one.problems[0].text))
        failure.text = xml_text("\n".join([*failing_lines(result, one), *evidence_lines(one)]))
    return case

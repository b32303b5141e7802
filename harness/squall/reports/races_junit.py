"""junit.xml of races: one suite for each pair, one case for each interleaving."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from squall.racing.race_result import RaceResult, RacesResult, RaceStatus
from squall.reports.xml_file import xml_document, xml_text


def races_junit(result: RacesResult) -> str:
    """The file's text."""
    root = Element("testsuites", name="squall races")
    for pair in dict.fromkeys(one.pair for one in result.results):
        races = [one for one in result.results if one.pair == pair]
        failed = sum(one.status is RaceStatus.FAILED for one in races)
        suite = SubElement(root, "testsuite", name=xml_text(pair), tests=str(len(races)))
        suite.set("failures", str(failed))
        suite.set("time", f"{sum(one.seconds for one in races):.3f}")
        for one in races:
            suite.append(_case(result, one))
    return xml_document(root)


def _case(result: RacesResult, one: RaceResult) -> Element:
    case = Element("testcase", classname=f"squall.races.{xml_text(one.pair)}")
    case.set("name", xml_text(one.id))
    case.set("time", f"{one.seconds:.3f}")
    if one.status is RaceStatus.NOT_HELD:
        SubElement(case, "skipped", message="the statement was not sent")
    elif one.status is RaceStatus.FAILED:
        failure = SubElement(case, "failure", type="race", message=xml_text(one.problems[0]))
        answers = [f"{name}: {text}" for name, text in zip("AB", one.answers, strict=True)]
        lines = [*one.problems, *answers, *one.changes, *one.serial]
        lines.append(f"repeat: {result.command(one)}")
        failure.text = xml_text("\n".join(lines))
    return case

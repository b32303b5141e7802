"""junit.xml of races: one suite for each pair, one case for each interleaving."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from squall.racing.race_result import RaceResult, RacesResult, RaceStatus
from squall.reports.junit import NOT_XML


def races_junit(result: RacesResult) -> str:
    """The file's text."""
    root = Element("testsuites", name="squall races")
    for pair in dict.fromkeys(one.pair for one in result.results):
        races = [one for one in result.results if one.pair == pair]
        failed = sum(one.status is RaceStatus.FAILED for one in races)
        suite = SubElement(root, "testsuite", name=_clean(pair), tests=str(len(races)))
        suite.set("failures", str(failed))
        suite.set("time", f"{sum(one.seconds for one in races):.3f}")
        for one in races:
            suite.append(_case(result, one))
    indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + tostring(root, encoding="unicode") + "\n"


def _case(result: RacesResult, one: RaceResult) -> Element:
    case = Element("testcase", classname=f"squall.races.{_clean(one.pair)}")
    case.set("name", _clean(one.id))
    case.set("time", f"{one.seconds:.3f}")
    if one.status is RaceStatus.NOT_HELD:
        SubElement(case, "skipped", message="the statement was not sent")
    elif one.status is RaceStatus.FAILED:
        failure = SubElement(case, "failure", type="race", message=_clean(one.problems[0]))
        answers = [f"{name}: {text}" for name, text in zip("AB", one.answers, strict=True)]
        lines = [*one.problems, *answers, *one.changes, *one.serial]
        lines.append(f"repeat: {result.command(one)}")
        failure.text = _clean("\n".join(lines))
    return case


def _clean(text: str) -> str:
    return NOT_XML.sub("?", text)

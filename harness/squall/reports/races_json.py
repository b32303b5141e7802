"""races.json and the JUnit file of races."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from squall.racing.race_result import RaceResult, RacesResult, RaceStatus
from squall.reports.junit import NOT_XML

VERSION = 1


def races_document(result: RacesResult) -> dict[str, Any]:
    """The whole file."""
    return {
        "squall": "races",
        "version": VERSION,
        "target": result.target,
        "seed": result.seed,
        "seconds": round(result.seconds, 3),
        "left_out": [{"operation": one.operation, "reason": one.reason} for one in result.left_out],
        "races": [_race(result, one) for one in result.results],
    }


def _race(result: RacesResult, one: RaceResult) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": one.status.value,
        "explanation": one.explanation,
        "problems": list(one.problems),
        "waited": one.waited,
        "answers": list(one.answers),
        "changes": list(one.changes),
        "serial": list(one.serial),
        "seconds": round(one.seconds, 4),
        "reproduce": result.reproduce.replace("{race}", one.id),
    }


def races_junit(result: RacesResult) -> str:
    """One suite for each pair, one case for each interleaving."""
    root = Element("testsuites", name="squall races")
    for pair in dict.fromkeys(one.pair for one in result.results):
        races = [one for one in result.results if one.pair == pair]
        failed = sum(one.status is RaceStatus.FAILED for one in races)
        suite = SubElement(root, "testsuite", name=_clean(pair), tests=str(len(races)))
        suite.set("failures", str(failed))
        for one in races:
            case = SubElement(suite, "testcase", classname=f"squall.races.{_clean(pair)}")
            case.set("name", one.interleaving)
            case.set("time", f"{one.seconds:.3f}")
            if one.status is RaceStatus.FAILED:
                failure = SubElement(case, "failure", message=_clean(one.problems[0]))
                lines = [*one.problems, *one.answers, *one.changes, *one.serial]
                failure.text = _clean("\n".join(lines))
            elif one.status is RaceStatus.NOT_HELD:
                SubElement(case, "skipped", message="the statement was not sent")
    indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return NOT_XML.sub("?", text)

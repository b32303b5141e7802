"""How much of an app was requested stands in every report, and too little fails the whole."""

from __future__ import annotations

import dataclasses
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from squall.gates.verdict import Verdict
from squall.history.coverage import Coverage, OperationProfile
from squall.reports.html.page import index
from squall.reports.junit import junit
from squall.reports.markdown_summary import summary
from squall.reports.verdict_json import Reported, document
from squall.runner.overall_verdict import overall_verdict

COVERAGE = Coverage(
    operations=(
        OperationProfile(operation="GET /a", name="a", effect="read", statements=2.0),
        OperationProfile(operation="POST /b", name="b", effect="write", statements=0.0),
        OperationProfile(operation="GET /<c>", name="", effect="read", reason="404 | without"),
    )
)
LITTLE = dataclasses.replace(COVERAGE, minimum_percent=80)
SHORT = "2 of 3 operations requested (67%), less than the minimum of 80 %"


@pytest.fixture
def reported_with(run: Any) -> Any:
    """A passed run, with the coverage of its lab."""

    def make(coverage: Coverage) -> list[Reported]:
        return [Reported(run=run(), directory="one", reproduce="squall check", coverage=coverage)]

    return make


def test_too_little_fails_the_whole_and_enough_does_not() -> None:
    assert COVERAGE.short == ""
    assert LITTLE.short == SHORT
    assert overall_verdict([], left_out=0, coverage=LITTLE) is Verdict.FAIL
    exactly = dataclasses.replace(COVERAGE, minimum_percent=66.6)
    assert overall_verdict([], left_out=0, coverage=exactly) is not Verdict.FAIL


def test_it_stands_in_verdict_json(reported_with: Any) -> None:
    found = document(reported_with(LITTLE))
    assert (found["verdict"], found["coverage"]["short"]) == ("fail", SHORT)
    assert document(reported_with(COVERAGE))["verdict"] == "pass"


def test_it_stands_in_junit(reported_with: Any) -> None:
    root = ET.fromstring(junit(reported_with(LITTLE)))  # noqa: S314 - our own
    told = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert told["squall.coverage.requested"] == "2"
    assert told["squall.coverage.left_out"] == "1: 404 | without"
    case = root.find(".//testcase[@name='coverage']/failure")
    assert case is not None
    assert (case.get("message"), root.get("failures"), root.get("tests")) == (SHORT, "1", "2")
    sound = ET.fromstring(junit(reported_with(COVERAGE)))  # noqa: S314 - our own
    assert (sound.get("failures"), sound.find(".//testcase[@name='coverage']")) == ("0", None)


def test_it_stands_in_the_index_and_in_the_job_summary(reported_with: Any) -> None:
    page, text = index(reported_with(LITTLE)), summary(reported_with(LITTLE))
    for one in (page, text):
        assert "2 of 3 operations requested" in one
    assert SHORT in page
    assert "<code>GET /&lt;c&gt;</code>" in page
    assert page.count('<th scope="row"><code>') == 2
    assert "1 left out: 404 \\| without" in text
    assert text.startswith("## ❌")

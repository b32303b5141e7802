"""The page, the document and the JUnit file of races: each race is found in all of them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from squall.core import secrets
from squall.core.errors import UsageError
from squall.gates.verdict import Verdict
from squall.reports.races_directory import write_races
from squall.reports.races_json import races_document, races_schema, verdict_of
from squall.reports.races_junit import races_junit
from squall.reports.races_page import CUT, WHOLE, anchor, blocks, races_page
from squall.reports.races_text import result_lines

from tests.races import made_races as made
from tests.races.made_races import ALL, GOOD, LOST, NOT_HELD, race, races_result
from tests.sweep.test_sweep_page import Anchors


def test_each_race_is_a_link_to_the_one_entry_of_it() -> None:
    found = Anchors(races_page(races_result(*ALL)))
    wanted = [anchor(one) for one in ALL]
    assert sorted(one for one in found.links if one != "main") == sorted(wanted)
    assert all(found.ids.count(one) == 1 for one in wanted)


def test_a_row_is_a_hold_with_its_statement_and_failing_pairs_come_first() -> None:
    twice, reading = blocks(races_result(*ALL))
    assert (twice.pair, reading.pair) == (made.TWICE, made.READING)
    assert twice.columns == (WHOLE, CUT, "B held after-1")
    assert [(row.title, row.statement) for row in twice.rows] == [
        ("before-2", "INSERT INTO orders VALUES (?) RETURNING id"),
        ("after-2", "INSERT INTO orders VALUES (?) RETURNING id"),
        ("before-3", "COMMIT"),
    ]
    assert [one and one.interleaving for one in twice.rows[1].races] == [
        "after-2", None, "after-2/after-1"
    ]  # fmt: skip
    assert twice.locks == ("transactionid ShareLock",)
    assert [one.id for one in twice.entries] == [one.id for one in ALL[2:] if one is not LOST]


def test_a_failing_race_has_the_command_and_what_one_by_one_gives() -> None:
    page = races_page(races_result(*ALL))
    for text in (LOST.problems[0], "A then B: 201 / 200", "items stock=9 → 8"):
        assert text in page
    told = "\n".join(result_lines(races_result(*ALL), Path("out")))
    command = "squall races --seed 4 --race 'place-order+place-order (same key):after-2'"
    assert f"repeat: {command}" in told
    assert command.replace("'", "&#39;") in page


def test_text_of_the_app_is_escaped() -> None:
    page = races_page(races_result(race(made.READING, "after-1", answer="<script>x")))
    assert "&lt;script&gt;x" in page
    assert not re.search(r"<script", page)


def test_the_document_fits_its_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = races_document(races_result(*ALL))
    jsonschema.validate(document, races_schema())
    assert document["counts"] == {"serial": 4, "failed": 1, "not held": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document | {"verdict": "good"}, races_schema())


def test_nothing_that_was_held_is_no_pass() -> None:
    assert verdict_of(races_result(*ALL)) is Verdict.FAIL
    assert verdict_of(races_result(GOOD, NOT_HELD)) is Verdict.PASS
    assert verdict_of(races_result(NOT_HELD)) is Verdict.INCONCLUSIVE


def test_junit_has_every_race() -> None:
    root = ET.fromstring(races_junit(races_result(*ALL)))  # noqa: S314 - our own
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert set(cases) == {one.id for one in ALL}
    failed = {name for name, case in cases.items() if case.find("failure") is not None}
    skipped = {name for name, case in cases.items() if case.find("skipped") is not None}
    assert (failed, skipped) == ({LOST.id}, {NOT_HELD.id})
    assert "repeat: squall races" in (cases[LOST.id].findtext("failure") or "")


def test_no_file_of_races_has_a_secret(tmp_path: Path) -> None:
    secrets.remember("k3y-of-this-test")
    try:
        page = write_races(
            tmp_path / "out", races_result(race(made.READING, "after-1", answer="k3y-of-this-test"))
        )
    finally:
        secrets.forget()
    assert page.name == "races.html"
    for file in (tmp_path / "out").iterdir():
        assert "k3y-of-this-test" not in file.read_text("utf-8"), file


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        write_races(tmp_path / "file" / "out", races_result(GOOD))

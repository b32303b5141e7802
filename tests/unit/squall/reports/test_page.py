"""Pages: one file, nothing from elsewhere, and no text of a run becomes markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from squall.diagnosis.remedies import REMEDIES
from squall.gates.findings import not_judged
from squall.history.op import Outcome
from squall.reports.html import page, view_model
from squall.reports.html.remedy import as_html
from squall.reports.run_directory import logs_of
from squall.runner.result import LabFailure, NotRun
from squall.scenario.selection import Skipped

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;{{ 7 * 7 }}"


class Reader(HTMLParser):
    """Tags with their attributes, the text of each script, and all other text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._within = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._within = "" if tag == self._within else self._within

    def handle_data(self, data: str) -> None:
        if self._within == "script":
            self.scripts[-1] += data
        elif self._within != "style":
            self.words.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


@pytest.fixture
def evil(run: Any, finding: Any, make: Any, reported: Any) -> Any:
    """A run whose every text would like to be markup."""
    ops = [make.refusal(n, name=EVIL, body=EVIL, content_type=EVIL) for n in range(10)]
    findings = [finding(EVIL, reason=EVIL)]
    plain = run(name=EVIL, story=EVIL, ops=ops, findings=findings)
    return reported(plain, directory="evil", reproduce=EVIL)


def test_no_text_of_a_run_becomes_markup(evil: Any, run: Any, reported: Any) -> None:
    plain = Reader(page.report(reported(run()), {"app.log": "words"}))
    read = Reader(page.report(evil, {"app.log": EVIL, EVIL: EVIL}))
    assert (read.count("script"), read.count("img")) == (plain.count("script"), 0)
    assert "onerror" not in {name for _, attributes in read.tags for name in attributes}
    assert "".join(read.words).count(EVIL) >= 8
    listed = Reader(page.index([evil]))
    assert (listed.count("script"), listed.count("img")) == (1, 0)
    assert "".join(listed.words).count(EVIL) >= 3


def test_the_data_is_json_and_cannot_end_its_element(evil: Any) -> None:
    text = Reader(page.report(evil, {})).scripts[0]
    assert not set("<>&") & set(text)
    assert json.loads(text)["points"]["words"] == [f"{EVIL}: HTTP 503"]


def test_nothing_is_asked_of_the_network(run: Any, reported: Any) -> None:
    for text in (page.report(reported(run()), {}), page.index([reported(run())])):
        read = Reader(text)
        links = [a[name] for _, a in read.tags for name in ("src", "href") if name in a]
        outside = {link for link in links if not (link or "").startswith("#request-")}
        own = {"#main", "#points", "#requests"}
        assert outside <= {"data:,", *own, "../index.html", "cut/report.html"}
        assert not re.search(r"@import|url\(", text)


def test_the_policy_names_each_script_by_its_hash(run: Any, reported: Any) -> None:
    read = Reader(page.report(reported(run()), {}))
    policy = next(a["content"] for tag, a in read.tags if tag == "meta" and "http-equiv" in a)
    _, *programs = read.scripts
    digests = [hashlib.sha256(text.encode()).digest() for text in programs]
    hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    assert len(hashes) == 3
    assert f"script-src {' '.join(hashes)};" in (policy or "")
    assert (policy or "").startswith("default-src 'none';")


def test_the_licence_of_what_is_inlined_travels_along(run: Any, reported: Any) -> None:
    text = page.report(reported(run()), {})
    assert "Copyright (c) 2022 Leon Sorokin" in text
    assert "The above copyright notice and this permission notice shall be included" in text


def test_the_index_has_a_link_to_each_report_worst_first(
    run: Any, finding: Any, reported: Any
) -> None:
    runs = [reported(run()), reported(run(name="lost", findings=[finding()]))]
    read = Reader(page.index(runs))
    links = [a["href"] for tag, a in read.tags if tag == "a" and "report" in (a["href"] or "")]
    assert links == ["lost/report.html", "cut/report.html"]
    assert "1 of 2 outages passed" in " ".join(read.words)


def test_the_index_begins_with_causes_and_links_their_outages(
    run: Any, finding: Any, reported: Any
) -> None:
    failed = [finding("error-contract", code="undocumented-server-error",
                      figures={"breaches": 2, "errors": 2})]  # fmt: skip
    runs = [reported(run()), *(reported(run(name=name, findings=failed)) for name in "ab")]
    text = page.index(runs)
    words = " ".join(Reader(text).words)
    assert "2 of 2: unhandled database errors become HTTP 500" in words
    assert words.index("Mend this first") < words.index("p95 ms before")
    assert text.count('href="b/report.html"') == 2


def test_a_gate_that_did_not_judge_has_no_tick(run: Any, reported: Any) -> None:
    left = not_judged("no-duplicate", "nothing is declared", configure='written_keys = "SELECT"')
    text = page.report(reported(run(findings=[*run().findings, left])), {})
    words = " ".join(Reader(text).words)
    assert "1 gate held, 1 not judged." in words
    assert 'written_keys = "SELECT"   judges no-duplicate' in words
    assert text.count("✓</span><div>") == 1


def test_each_operation_has_a_row_for_each_window_and_requests_can_be_linked(
    run: Any, make: Any, finding: Any, reported: Any
) -> None:
    ops = [make.op(n) for n in range(300) if n != 150]
    ops.append(make.op(150, status=500, outcome=Outcome.UNKNOWN, body="<oops>"))
    slow = finding("error-contract", ops=(150, 7))
    text = page.report(reported(run(ops=ops, findings=[slow])), {})
    words = " ".join(Reader(text).words)
    assert "read-item before 100 100% 5.0 ms 5.0 ms 100 x 200" in words
    assert "99 x 200, 1 x 500" in words
    assert text.count('href="#request-150"') == 2  # of the finding, and its own
    assert 'id="request-150"' in text
    assert "&lt;oops&gt;" in text


def test_links_of_the_written_files_lead_somewhere(run: Any, stored: Any) -> None:
    home: Path = stored(run(name="a b/c"), run())
    for file in home.rglob("*.html"):
        links = [a["href"] for tag, a in Reader(file.read_text()).tags if tag == "a"]
        local = [link for link in links if link and not link.startswith("#")]
        assert local
        assert [link for link in local if not (file.parent / link).is_file()] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "100%"), (0.99999, "99.9%"), (0.5, "50%"), (0.123, "12.3%"), (None, "-")],
)
def test_a_share_never_rounds_a_loss_away(value: float | None, text: str) -> None:
    assert view_model.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0 ms"), (4.24, "4.2 ms"), (431.4, "431 ms"), (1400, "1.40 s")]
)
def test_times_are_as_fine_as_they_matter(value: float, text: str) -> None:
    assert view_model.milliseconds(value) == text


def test_the_headline_names_the_worst_or_says_that_all_is_well(
    run: Any, finding: Any, make: Any
) -> None:
    assert (
        view_model.headline(run())
        == "Every request was successful, during the outage and after it."
    )
    ops = [make.refusal(n) if 100 <= n < 150 else make.op(n) for n in range(300)]
    assert view_model.headline(run(ops=ops)) == (
        "50% of the requests were successful during the outage, all from the heal on."
    )
    twice = finding("no-duplicate", figures={"duplicated": 2.0})
    assert view_model.headline(run(findings=[finding(), twice])) == (
        "2 requests wrote more than once: a write whose answer was lost was repeated without a key"
        " that tells so."
    )


def test_the_likely_cure_is_told_in_the_page_and_linked_from_the_index(
    run: Any, finding: Any, reported: Any
) -> None:
    twice = finding("no-duplicate", figures={"duplicated": 2.0})
    bad = reported(run(findings=[twice]))
    text = page.report(bad, {})
    assert '<h2 id="remedy">Give writes an idempotency key</h2>' in text
    assert "squall explain give-writes-an-idempotency-key" in text
    assert '<pre tabindex="0">' in text[text.index('id="remedy"') :]
    assert 'href="cut/report.html#remedy"' in page.index([bad])
    well = page.report(reported(run()), {})
    assert 'id="remedy"' not in well


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy.key)
def test_a_remedy_in_a_page_links_to_nothing_that_is_not_there(remedy: Any) -> None:
    html = as_html(remedy)
    assert 'href="#' not in html
    assert 'href="../' not in html
    assert "<h2" not in html


def test_errors_are_counted_by_window_with_an_example(run: Any, make: Any) -> None:
    ops = [make.refusal(n) if n in (5, 110, 111) else make.op(n) for n in range(300)]
    (row,) = view_model.errors(run(ops=ops))
    assert (row["name"], row["before"], row["during"], row["after"]) == ("HTTP 503", 1, 2, 0)
    assert row["example"].splitlines()[:3] == [
        "read-item (operation 5) after 5.0 ms", "Content-Type: application/problem+json",
        "Retry-After: 1",
    ]  # fmt: skip


def test_a_long_log_is_shown_from_its_end(tmp_path: Path) -> None:
    log = view_model.excerpt("app.log", "".join(f"line {n}\n" for n in range(1000)) + "ERROR dry\n")
    assert (len(log["lines"]), log["total"], log["loud"]) == (200, 1001, 1)
    assert log["lines"][-1] == {"text": "ERROR dry", "loud": True}
    wide = view_model.excerpt("app.log", "\n".join(["x" * 30_000] * 5))
    assert len(wide["lines"]) == 1
    assert logs_of(tmp_path) == {}


def test_the_index_tells_of_an_outage_whose_lab_broke(run: Any, reported: Any) -> None:
    broken = LabFailure(scenario=run(name="lost").scenario, reason="<Stall> hangs")
    text = page.index([reported(run())], NotRun(broken=[broken]))
    assert "1 of 2 outages passed" in text
    assert "&lt;Stall&gt; hangs" in text


def test_the_index_tells_what_was_not_run_and_why(run: Any, reported: Any) -> None:
    idle = Skipped(scenario=run(name="idle").scenario, reason="nothing is <ever> idle")
    text = page.index([reported(run())], NotRun(skipped=[idle]))
    assert "1 of 1 outages passed" in text
    assert "1 not run" in text
    assert "<dt>idle</dt><dd>nothing is &lt;ever&gt; idle</dd>" in text
    assert "Not run" not in page.index([reported(run())])

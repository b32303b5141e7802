"""The list of patterns and the files agree; what a machine lacks is named with its remedy."""

from __future__ import annotations

import ast
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from squall.core.errors import UsageError
from squall.scenario.library import stock
from squall_proof.patterns import pattern_gallery
from squall_proof.patterns.launch import configuration
from squall_proof.patterns.pattern_gallery import GALLERY, Pattern, chosen
from squall_proof.patterns.pattern_matrix import STANDARD_NAMES, STANDARD_TAG, fair, standard

HOME = Path(__file__).parents[2] / "app_under_test/squall_patterns"
BESIDE = {"__init__", "databases_config"}
ours = pytest.mark.parametrize("pattern", GALLERY[:-1], ids=lambda pattern: pattern.name)


def test_each_file_is_a_pattern_and_each_pattern_a_file() -> None:
    files = {file.stem for file in HOME.glob("*.py")} - BESIDE
    assert [pattern.name for pattern in GALLERY if pattern.name not in files] == ["reference"]
    assert files == {pattern.name for pattern in GALLERY[:-1]}
    assert GALLERY[-1].target == "squall_reference.main:create_app"


@ours
def test_a_pattern_is_short_and_says_when_it_breaks(pattern: Pattern) -> None:
    text = (HOME / f"{pattern.name}.py").read_text("utf-8")
    assert len(text.splitlines()) <= 100
    assert " break" in str(ast.get_docstring(ast.parse(text)))


@ours
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    pattern: Pattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pattern_gallery, "find_spec", lambda name: None if name == pattern.needs[-1] else 1
    )
    assert pattern.missing() == (
        f"{pattern.needs[-1]} is missing; install it with: pip install 'squall[patterns]'"
    )


def test_a_missing_pgbouncer_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pattern_gallery, "find_spec", lambda _name: 1)
    monkeypatch.setattr(pattern_gallery, "pgbouncer", lambda: None)
    reasons = {pattern.name: pattern.missing() for pattern in GALLERY}
    assert {name: reason for name, reason in reasons.items() if reason} == {
        "null_pool_pgbouncer": "pgbouncer is missing; install it with: apt install pgbouncer"
    }


def test_patterns_are_chosen_by_name_in_the_order_of_the_gallery() -> None:
    names = [pattern.name for pattern in chosen(["reference", "async_session"])]
    assert names == ["async_session", "reference"]
    assert chosen([]) == list(GALLERY)
    with pytest.raises(UsageError, match="did you mean pool_pre_ping"):
        chosen(["pool_preping"])


def test_patterns_start_after_their_database_and_the_reference_need_not() -> None:
    early = {p.name for p in GALLERY if p.profile().starts_without_database}
    assert early == {"reference"}
    assert [p.profile().name for p in GALLERY] == [p.name for p in GALLERY]


def test_the_standard_outages_are_the_smoke_ones_and_those_that_separate() -> None:
    chosen_outages = standard(stock())
    names = {outage.name for outage in chosen_outages}
    assert names >= set(STANDARD_NAMES)
    assert {o.name for o in stock() if STANDARD_TAG in o.tags} <= names
    for outage in chosen_outages:
        longer = fair(outage)
        assert longer.gates == outage.gates
        assert longer.steps == outage.steps
        assert longer.load.rate_per_second == min(outage.load.rate_per_second, 100)
        assert longer.after_seconds == 2


def test_pgbouncer_is_told_who_asks_and_where_the_proxy_is() -> None:
    text = configuration(urlsplit("postgresql://app:secret@127.0.0.1:5/orders"), 6)
    assert "orders = host=127.0.0.1 port=5 dbname=orders user=app password=secret\n" in text
    assert "listen_port = 6\n" in text

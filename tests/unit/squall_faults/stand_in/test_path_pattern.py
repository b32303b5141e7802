"""Paths with placeholders: what they match, and what is no such pattern."""

from __future__ import annotations

import pytest
from squall_faults.stand_in.path_pattern import MAX_PATH, PathPattern


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("", "/any/thing", True),
        ("/rates", "/rates", True),
        ("/rates", "/rates/", False),
        ("/rates/{id}", "/rates/7", True),
        ("/rates/{}", "/rates/7", True),
        ("/rates/{id}", "/rates/7/history", False),
        ("/rates/{id}", "/rates/", False),
        ("/rates/{id}.json", "/rates/7.json", True),
        ("/rates/{id}.json", "/rates/7xjson", False),
        ("/v1/*", "/v1/charges/7", True),
        ("/v1/*", "/v2/charges", False),
        ("*", "/x", True),
        ("/*/charges/*", "/v1/charges/7", True),
        ("/v1/*", "/v1/" + "x" * MAX_PATH, False),
    ],
)
def test_a_path_matches_or_not(pattern: str, path: str, matches: bool) -> None:
    assert PathPattern(pattern).matches(path) is matches


@pytest.mark.parametrize(
    "pattern", ["rates", "/a/{id", "/a/id}", "/a?x=1", "/a#b", "/*/*/*", "/" + "x" * 500]
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"must start|has "):
        PathPattern(pattern)


def test_fewer_placeholders_are_about_fewer_paths() -> None:
    assert PathPattern("/rates/latest").placeholders == 0
    assert PathPattern("/rates/{id}/*").placeholders == 2

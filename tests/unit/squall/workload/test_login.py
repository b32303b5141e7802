"""A login: variables go in, headers come out."""

from __future__ import annotations

import pytest
from squall.workload.login import Login, headers_of, substitute_variables

ANSWER = {"access_token": "abc", "user": {"token": "xyz", "id": 7}}


def test_fields_of_the_answer_become_headers() -> None:
    login = Login(path="/x", header={"Authorization": "Bearer {access_token}", "X": "{user.id}"})
    assert headers_of(login, ANSWER) == {"Authorization": "Bearer abc", "X": "7"}


@pytest.mark.parametrize("place", ["token", "user.name", "access_token.more"])
def test_a_field_that_is_not_there_is_named(place: str) -> None:
    with pytest.raises(KeyError, match=place):
        headers_of(Login(path="/x", header={"A": f"{{{place}}}"}), ANSWER)


def test_variables_are_filled_in_at_any_depth() -> None:
    given = {"user": ["$NAME", "plain", 3], "password": "$PASS"}
    assert substitute_variables(given, {"NAME": "ann", "PASS": "hush"}) == {
        "user": ["ann", "plain", 3],
        "password": "hush",
    }


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(KeyError, match="PASS"):
        substitute_variables({"password": "$PASS"}, {})

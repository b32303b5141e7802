"""When a login expires: what its answer and its token say of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from squall.lab.token_lifetime import lifetime_seconds

NOW, DATE = 1_790_000_000, "Mon, 21 Sep 2026 14:13:20 GMT"


def jwt(**claims: Any) -> dict[str, str]:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return {"Authorization": f"Bearer e30.{payload}.c2ln"}


def test_the_shorter_of_answer_and_token_counts() -> None:
    token = jwt(exp=NOW + 60)
    assert lifetime_seconds({"expires_in": 30}, token, DATE) == 30
    assert lifetime_seconds({}, token, DATE) == 60
    assert lifetime_seconds({}, token, "") is None


@pytest.mark.parametrize(
    ("answer", "headers"),
    [
        (None, {}),
        ({"expires_in": "soon"}, {"Authorization": "Bearer abc"}),
        ([], {"Authorization": "Bearer a.b.c"}),
        ({}, jwt(exp="never")),
        ({}, jwt(sub="ann")),
    ],
)
def test_what_says_nothing_of_it_has_no_known_end(answer: Any, headers: dict[str, str]) -> None:
    assert lifetime_seconds(answer, headers, DATE) is None

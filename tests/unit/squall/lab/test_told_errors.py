"""An error in the body of a 200 is one; a thing whose state is an error is none."""

from __future__ import annotations

import json

import pytest
from squall.lab.told_errors import with_told_status
from squall.workload.http_exchange import Answer


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"error": {"code": 7, "message": "Access denied. Please log in to continue"}}, 401),
        ({"success": False, "message": "Permission denied"}, 403),
        ({"code": 404, "msg": "no such order", "data": None}, 404),
        ({"ok": False, "error": {"code": "503", "message": "later"}}, 503),
        ({"status": "error", "detail": "user already exists"}, 409),
        ({"status": "fail", "message": "name is required"}, 422),
        ({"error": "oops"}, 400),
        ({"status": False, "data": None, "errors": [{"message": "too many clients"}]}, 400),
        ({"data": None, "errors": [{"message": "no such order"}]}, 404),
    ],
)
def test_an_error_in_a_body_has_a_status(body: object, status: int) -> None:
    answer = Answer(status=200, body=json.dumps(body).encode())
    assert with_told_status(answer).status == status


@pytest.mark.parametrize(
    "text",
    [
        '{"id": 7, "status": "failed", "error": "card refused"}',
        '{"success": true, "message": "created", "error": null}',
        '{"code": 0, "msg": "ok", "data": {"id": 7}}',
        '{"code": 500, "msg": "a part", "data": [1]}',
        '{"status": "ok", "detail": "all is well"}',
        '{"success": false}',
        '{"status": false, "data": null, "errors": []}',
        '{"errors": ["line 3: too long"]}',
        '{"data": [7], "errors": ["one was left out"]}',
        '["error"]',
        "no JSON",
        "[" * 5_000,
    ],
)
def test_other_bodies_keep_their_status(text: str) -> None:
    assert with_told_status(Answer(status=201, body=text.encode())).status == 201


def test_an_errors_own_status_stays() -> None:
    answer = Answer(status=418, body=b'{"code": 404, "msg": "no such pot"}')
    assert with_told_status(answer).status == 418

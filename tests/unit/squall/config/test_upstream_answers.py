"""What a stand-in answers: texts, values and files, and examples of an OpenAPI document."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from squall.config.openapi_answers import MAX_VALUES, SchemaSample
from squall.config.upstream_answers import DeclaredAnswer, canned_answers
from squall.core.errors import UsageError
from squall_faults.stand_in.answer_book import AnswerBook

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://api.example.com/v1"}],
    "paths": {
        "/rates/{id}": {
            "get": {"responses": {"200": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Rate"}}}}}}
        },
        "/rates/latest": {
            "get": {"responses": {
                "404": {},
                "200": {"content": {"application/json": {"example": {"rate": 2.5}}}}}},
            "post": {"responses": {"202": {"description": "later"}}},
            "delete": {"responses": {"404": {}}},
        },
        "/page": {
            "get": {"responses": {"default": {"content": {"text/html": {
                "examples": {"one": {"value": "<p>hello"}}}}}}}
        },
    },
    "components": {"schemas": {"Rate": {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "minimum": 5},
            "at": {"type": "string", "format": "date-time"},
            "kind": {"enum": ["spot", "forward"]},
            "parent": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Rate"}]},
            "tags": {"type": "array", "items": {"type": "string", "minLength": 6}},
        },
    }}},
}  # fmt: skip


def book_of(given: list[dict[str, Any]]) -> AnswerBook:
    return AnswerBook.read(json.dumps(given).encode())


def answered(book: AnswerBook, method: str, path: str) -> tuple[int, str, Any] | None:
    found = book.find(method, path)
    if found is None:
        return None
    return found.status, found.content_type, found.body.decode()


def test_a_body_is_a_value_a_text_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>x")
    declared = [
        DeclaredAnswer(path="/a", json={"x": 1}),
        DeclaredAnswer(path="/b", body="hello", status=201, method="POST"),
        DeclaredAnswer(path="/c", file="page.html", method="*"),
        DeclaredAnswer(path="/*", body="{}", headers={"content-type": "application/x+json"}),
    ]
    book = book_of(canned_answers("pay", declared, "", tmp_path))
    assert answered(book, "GET", "/a") == (200, "application/json", '{"x": 1}')
    assert answered(book, "HEAD", "/a") == (200, "application/json", '{"x": 1}')
    assert answered(book, "POST", "/b") == (201, "text/plain; charset=utf-8", "hello")
    assert answered(book, "PATCH", "/c") == (200, "text/html", "<p>x")
    assert answered(book, "GET", "/b") == (200, "application/x+json", "{}")
    assert answered(book, "POST", "/a") is None


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_the_examples_of_a_document_are_answered(tmp_path: Path, prefix: str) -> None:
    (tmp_path / "pay.json").write_text(json.dumps(DOCUMENT))
    declared = [DeclaredAnswer(path="/page", body="mine")]
    book = book_of(canned_answers("pay", declared, "pay.json", tmp_path))
    status, kind, body = answered(book, "GET", f"{prefix}/rates/7") or (0, "", "{}")
    assert (status, kind) == (200, "application/json")
    rate = json.loads(body)
    assert rate["parent"]["parent"]["kind"] == "spot"
    del rate["parent"]
    assert rate == {
        "id": 5, "at": "2024-05-01T12:00:00Z", "kind": "spot", "tags": ["textxx"]
    }  # fmt: skip
    latest = answered(book, "GET", f"{prefix}/rates/latest")
    assert latest == (200, "application/json", '{"rate": 2.5}')
    assert answered(book, "POST", f"{prefix}/rates/latest") == (202, "application/json", "")
    assert answered(book, "DELETE", f"{prefix}/rates/latest") is None
    page = "mine" if not prefix else "<p>hello"
    assert (answered(book, "GET", f"{prefix}/page") or ("",))[-1] == page


def test_yaml_and_the_second_version_are_read(tmp_path: Path) -> None:
    (tmp_path / "pay.yaml").write_text(
        "swagger: '2.0'\nbasePath: /api\npaths:\n  /rate:\n    get:\n      responses:\n"
        "        200:\n          schema: {type: object, properties: {rate: {type: number}}}\n"
    )
    book = book_of(canned_answers("pay", (), "pay.yaml", tmp_path))
    assert answered(book, "GET", "/api/rate") == (200, "application/json", '{"rate": 1.0}')


def test_a_schema_that_refers_to_itself_ends() -> None:
    twice = {"$ref": "#/components/schemas/Node"}
    node = {"type": "object", "properties": {"left": twice, "right": twice}}
    document = {"components": {"schemas": {"Node": node}}}
    made = json.dumps(SchemaSample(document).value(twice, 12))
    assert len(made) < 30 * MAX_VALUES


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON or YAML"),
        ("[]", "is no OpenAPI document: it has no paths"),
        ('{"paths": {"/x": {"get": {}}}}', "describes no successful answer"),
        ('{"paths": {"x": {"get": {"responses": {"200": {}}}}}}', "describes no successful answer"),
    ],
)
def test_a_document_that_cannot_be_used_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "pay.json").write_text(text)
    with pytest.raises(UsageError, match=told):
        canned_answers("pay", (), "pay.json", tmp_path)
    with pytest.raises(UsageError, match=r"none.json: cannot be read: .*; dependency 'pay'"):
        canned_answers("pay", (), "none.json", tmp_path)


def test_a_book_is_bounded_and_its_bodies_are_base64() -> None:
    assert book_of([]).find("GET", "/") is None
    with pytest.raises(ValueError, match="more than 1048576 bytes"):
        book_of([{"path": "/x", "body": base64.b64encode(b"x" * ((1 << 20) + 1)).decode()}])
    with pytest.raises(ValueError, match="only ASCII"):
        book_of([{"path": "/x", "body": "ä"}])
    with pytest.raises(ValueError, match="more than 2000 answers"):
        book_of([{"path": "/x"}] * 2001)

"""An OpenAPI document gives operations and reasons, whatever is in it: never a traceback."""

from __future__ import annotations

import json
import random
import time
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from pydantic import BaseModel, Field
from squall.workload.openapi.derive import derive_operations, fill_in, find_candidates
from squall.workload.openapi.document import (
    CannotGenerate,
    UnusableDocument,
    parse_document,
    read_document,
)
from squall.workload.openapi.values import Harvest
from squall.workload.operations import requests


class Item(BaseModel):
    name: str = Field(min_length=1, max_length=50, examples=["lamp"])
    stock: int = Field(ge=0, le=100)
    owner_id: int | None = None


def document() -> dict[str, Any]:
    app = FastAPI(servers=[{"url": "/api/v1"}])

    @app.get("/items/{item_id}")
    def read(item_id: int, lang: Annotated[str, Header()], q: int | None = None) -> Item:
        raise NotImplementedError

    @app.post("/items")
    def make(item: Item) -> Item:
        raise NotImplementedError

    @app.put("/shops/{slug}/items/{item_id}")
    def change(slug: str, item_id: int, item: Item) -> Item:
        raise NotImplementedError

    whole = app.openapi()
    for path in whole["paths"].values():
        for operation in path.values():
            del operation["responses"]  # they are not read: mutations there show nothing
    del whole["components"]["schemas"]["HTTPValidationError"]
    del whole["components"]["schemas"]["ValidationError"]
    return whole


BODIES = {"POST /items": ({"name": "a", "stock": 1},)}


def derived(raw: Any) -> int:
    """As discovery does it, without asking; how many operations there are."""
    read = read_document(parse_document(json.dumps(raw).encode()))
    candidates, left_out = find_candidates(read, writes=True, bodies=BODIES)
    count = 0
    for candidate in candidates:
        try:
            operation = fill_in(read, candidate, {"slug": "x"}, Harvest())
        except CannotGenerate:
            continue
        next(requests([operation], 1, "run"))
        count += 1
    assert all(left_out.values())
    return count


def fuzz(mutations: Any, count: int, seed: int) -> tuple[int, int]:
    """How many documents gave operations, and how many none."""
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    whole, some, none = document(), 0, 0
    for number in range(count):
        raw = mutations.json(whole, draws)
        try:
            found = derived(raw)
        except UnusableDocument:
            found = 0
        except Exception as error:
            raise AssertionError(f"seed {seed}, number {number}: {json.dumps(raw)}") from error
        some, none = some + (found > 0), none + (found == 0)
    return some, none


def test_some_mutated_documents(mutations: Any) -> None:
    some, none = fuzz(mutations, 400, seed=3)
    assert some > 200, "one odd operation must not take the others with it"
    assert none > 5


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_very_many_mutated_documents(mutations: Any, seed: int, count: int) -> None:
    some, none = fuzz(mutations, count, seed)
    print(f"{count} documents: {some} gave operations, {none} none")  # noqa: T201 - the note


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"[" * 100_000, "nested deeper"),
        (b'{"paths": ' + b'{"a":' * 100 + b"1" + b"}" * 101, "nested deeper"),
        (b"<html>", "is not JSON"),
        (b"[]", "has no 'paths'"),
        (b'{"paths": []}', "has no 'paths'"),
        (b"x" * (8 << 20), "larger than 8 MiB"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(text: bytes, told: str) -> None:
    with pytest.raises(UnusableDocument, match=told):
        parse_document(text)


def test_a_million_paths_are_read_up_to_the_limit() -> None:
    paths: dict[str, Any] = {f"/{number}": {"get": {}} for number in range(100_000)}
    began = time.process_time()
    read = read_document({"paths": paths})
    assert len(read.operations) == 2_000
    assert read.odd == {"the rest": "the document has more than 2000 operations"}
    assert time.process_time() - began < 5


def test_references_to_hosts_and_files_are_not_followed() -> None:
    for place in ("http://127.0.0.1:1/x.json", "file:///etc/passwd", "other.json#/a"):
        body = {"content": {"application/json": {"schema": {"$ref": place}}}}
        raw = {"openapi": "3.1.0", "paths": {"/x": {"post": {"requestBody": body}}}}
        found = derive_operations(raw, writes=True, seed=1)
        assert found.operations == ()
        assert "another document: not followed" in found.left_out["POST /x"]


def test_a_planted_bug_is_found(mutations: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation whose summary is taken for a text: half of all documents once ended so."""
    real = read_document

    def careless(raw: Any) -> Any:
        for path in raw["paths"].values():
            for operation in path.values():
                operation.get("operationId").strip()
        return real(raw)

    monkeypatch.setitem(globals(), "read_document", careless)
    with pytest.raises(AssertionError, match="seed 3, number"):
        fuzz(mutations, 400, seed=3)

"""A read that the writes of the load would break is left out and told; its sound twin is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from squall.lab.read_again import SINCE

from tests.workload.conftest import Database


class Note(BaseModel):
    text: str
    tag: str | None = None


@pytest.mark.parametrize("sound", [False, True])
async def test_a_list_that_cannot_show_a_row_is_left_out(
    discovery_of: Callable[..., Any], database: Database, sound: bool
) -> None:
    app, rows = FastAPI(), list[Note]()

    @app.get("/notes")
    async def read() -> list[str]:
        database.execute()
        if rows and not sound:
            raise HTTPException(500)
        return [row.text for row in rows]

    @app.post("/notes", status_code=201)
    async def write(note: Note) -> Note:
        database.execute()
        rows.append(note)
        return note

    found = await discovery_of(app, writes=True)
    reads = [one.path for one in found.profile.operations if one.method == "GET"]
    assert reads == (["/notes"] if sound else [])
    assert sound or SINCE in found.left_out["GET /notes"]

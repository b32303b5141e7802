"""An update whose fields are all optional is requested with values: without, it commits nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from tests.workload.conftest import Database


class Changes(BaseModel):
    title: str | None = None
    text: str | None = None


@pytest.mark.parametrize("accepts", ["all", "nothing"])
async def test_an_empty_body_is_only_requested_where_no_other_is_accepted(
    discovery_of: Callable[..., Any], database: Database, accepts: str
) -> None:
    app = FastAPI()

    @app.put("/page")
    async def change(changes: Changes) -> None:
        database.execute()
        if changes.title is not None and accepts == "nothing":
            raise HTTPException(422)

    found = await discovery_of(app, writes=True)
    (operation,) = found.profile.operations
    assert ({} in operation.bodies) is (accepts == "nothing")

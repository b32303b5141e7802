"""Ideas with a title and votes, by Tortoise.

Broken: a new title is stored with ``save()``, which writes the votes back, too, as they were read.
Sound: with ``save(update_fields=["title"])``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Path
from pydantic import BaseModel, Field
from tortoise import Tortoise, fields
from tortoise.exceptions import BaseORMException
from tortoise.expressions import F
from tortoise.models import Model

from tests.pairs.ninth_parts import refuse
from tests.pairs.tortoise_parts import config_of

ERRORS = (BaseORMException, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
Number = Annotated[int, Path(ge=1, le=10)]


class Idea(Model):
    """What can be voted for."""

    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=100)
    votes = fields.IntField(default=0)


class Title(BaseModel):
    """What a client sends."""

    title: str = Field(min_length=1, max_length=40)


def make(*, whole: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await Tortoise.init(config=config_of(__name__), _enable_global_fallback=True)
        await Tortoise.generate_schemas(safe=True)
        ideas = [Idea(id=number, title=f"idea {number}") for number in range(1, 11)]
        await Idea.bulk_create(ideas, ignore_conflicts=True)
        yield
        await Tortoise.close_connections()

    app = FastAPI(lifespan=lifespan)
    refuse(app, *ERRORS)

    @app.get("/ideas/{number}")
    async def read(number: Number) -> dict[str, Any]:
        idea = await Idea.get(id=number)
        return {"id": number, "title": idea.title, "votes": idea.votes}

    @app.put("/ideas/{number}/title")
    async def rename(number: Number, sent: Title) -> dict[str, Any]:
        idea = await Idea.get(id=number)
        idea.title = sent.title
        await idea.save(update_fields=None if whole else ["title"])
        return {"id": number, "title": idea.title}

    @app.post("/ideas/{number}/votes", status_code=201)
    async def vote(number: Number) -> dict[str, Any]:
        await Idea.filter(id=number).update(votes=F("votes") + 1)
        return {"id": number}

    return app


def broken() -> FastAPI:
    return make(whole=True)


def sound() -> FastAPI:
    return make(whole=False)

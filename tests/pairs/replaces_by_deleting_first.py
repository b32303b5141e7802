"""Pictures with labels, by Tortoise; an update replaces the labels of a picture.

Broken: the old labels are deleted and the new ones made, each in a transaction of its own.
Sound: both in one, with the picture's row locked.
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
from tortoise.models import Model
from tortoise.transactions import in_transaction

from tests.pairs.ninth_parts import refuse
from tests.pairs.tortoise_parts import config_of

ERRORS = (BaseORMException, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
Number = Annotated[int, Path(ge=1, le=30)]
Word = Annotated[str, Field(min_length=1, max_length=20)]


class Picture(Model):
    """What has labels."""

    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=100)


class Label(Model):
    """One word for a picture."""

    id = fields.IntField(primary_key=True)
    picture = fields.IntField()
    word = fields.CharField(max_length=20)


class Labels(BaseModel):
    """What a client sends."""

    words: list[Word] = Field(min_length=2, max_length=3)


async def replace(number: int, words: list[str]) -> None:
    """Two statements, each for itself."""
    await Label.filter(picture=number).delete()
    await Label.bulk_create([Label(picture=number, word=word) for word in words])


async def replace_at_once(number: int, words: list[str]) -> None:
    """Both, or none."""
    async with in_transaction() as held:
        await Picture.select_for_update().using_db(held).get(id=number)
        await Label.filter(picture=number).using_db(held).delete()
        labels = [Label(picture=number, word=word) for word in words]
        await Label.bulk_create(labels, using_db=held)


def make(*, at_once: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await Tortoise.init(config=config_of(__name__), _enable_global_fallback=True)
        await Tortoise.generate_schemas(safe=True)
        pictures = [Picture(id=number, title=f"picture {number}") for number in range(1, 31)]
        await Picture.bulk_create(pictures, ignore_conflicts=True)
        if not await Label.exists():
            words = ("first", "second")
            await Label.bulk_create(
                [Label(picture=number, word=word) for number in range(1, 31) for word in words]
            )
        yield
        await Tortoise.close_connections()

    app = FastAPI(lifespan=lifespan)
    refuse(app, *ERRORS)

    @app.get("/pictures/{number}/labels")
    async def read(number: Number) -> dict[str, Any]:
        found = await Label.filter(picture=number).order_by("id")
        return {"id": number, "words": [label.word for label in found]}

    @app.put("/pictures/{number}/labels")
    async def change(number: Number, sent: Labels) -> dict[str, Any]:
        await (replace_at_once if at_once else replace)(number, sent.words)
        return {"id": number, "words": sent.words}

    return app


def broken() -> FastAPI:
    return make(at_once=False)


def sound() -> FastAPI:
    return make(at_once=True)

"""What callers send and get."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LARGEST = 2**31 - 1
"""Of PostgreSQL's integer."""


def _storable(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not contain the character NUL")
    return value


Number = Annotated[int, Field(ge=1, le=LARGEST)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]


class Item(BaseModel):
    """Something that can be ordered."""

    model_config = ConfigDict(frozen=True)

    id: int
    name: str
    stock: int


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def digest(self) -> str:
        """Tells one body from another, for keys that are used again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class ItemRequest(_Request):
    """A new item; its number is the caller's."""

    id: Number
    name: Name
    stock: int = Field(default=0, ge=0, le=LARGEST)


class OrderRequest(_Request):
    """What a caller wants."""

    item_id: Number
    quantity: int = Field(ge=1, le=100)


class StockRequest(_Request):
    """How many are there."""

    stock: int = Field(ge=0, le=LARGEST)


class Stock(BaseModel):
    """How many are left, now."""

    item_id: int
    stock: int


class Order(BaseModel):
    """An order that stands."""

    id: int
    item_id: int
    quantity: int

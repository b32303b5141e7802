"""What callers send and get."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel, ConfigDict, Field


class Item(BaseModel):
    """Something that can be ordered."""

    id: int
    name: str
    stock: int


class OrderRequest(BaseModel):
    """What a caller wants."""

    model_config = ConfigDict(extra="forbid")

    item_id: int = Field(ge=1, le=2**31 - 1)
    quantity: int = Field(ge=1, le=100)

    def digest(self) -> str:
        """Tells one body from another, for keys that are used again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Order(BaseModel):
    """An order that stands."""

    id: int
    item_id: int
    quantity: int

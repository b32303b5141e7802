"""SQL of parcels, and of the notices about them that a worker sends.

parcels   id, item_id, quantity, label, idempotency_key
outbox    id, parcel_id, done_at                    written with the parcel, emptied by the worker
notices   id, parcel_id                             what the worker has sent

A parcel and its place in the outbox are one statement, and a notice and the outbox's mark are one
transaction: each parcel has one notice in the end, whoever dies in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from squall_reference.errors import NotFound
from squall_reference.orders.idempotency import keyed, once
from squall_reference.orders.model import OrderRequest
from squall_reference.storage.migrate import LOCK

STATEMENTS = (
    """CREATE TABLE IF NOT EXISTS parcels (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        item_id integer NOT NULL REFERENCES items (id),
        quantity integer NOT NULL CHECK (quantity > 0),
        label text NOT NULL,
        idempotency_key text NOT NULL UNIQUE)""",
    """CREATE TABLE IF NOT EXISTS outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        parcel_id bigint NOT NULL REFERENCES parcels (id),
        done_at timestamptz)""",
    "CREATE INDEX IF NOT EXISTS outbox_open ON outbox (id) WHERE done_at IS NULL",
    """CREATE TABLE IF NOT EXISTS notices (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        parcel_id bigint NOT NULL REFERENCES parcels (id))""",
)
SEND = keyed(
    "send-parcel",
    work="""sent AS (
            INSERT INTO parcels (item_id, quantity, label, idempotency_key)
            SELECT items.id, :quantity, CAST(:label AS text), CAST(:key AS text) FROM items, claim
            WHERE items.id = :item_id AND claim.mine
            ON CONFLICT (idempotency_key) DO NOTHING
            RETURNING id, item_id, quantity, label
        ), queued AS (
            INSERT INTO outbox (parcel_id) SELECT id FROM sent
        )""",
    made="sent",
    answer="json_build_object("
    "'id', id, 'item_id', item_id, 'quantity', quantity, 'label', label)::text",
)
PARCEL = text("SELECT id, item_id, quantity, label FROM parcels WHERE id = :id")
TAKE = text(
    "SELECT id, parcel_id FROM outbox WHERE done_at IS NULL ORDER BY id LIMIT :most"
    " FOR UPDATE SKIP LOCKED"
)
TELL = text("INSERT INTO notices (parcel_id) SELECT unnest(CAST(:parcels AS bigint[]))")
DONE = text("UPDATE outbox SET done_at = now() WHERE id = ANY(CAST(:ids AS bigint[]))")


class Parcel(BaseModel):
    """A parcel that the carrier fetches."""

    id: int
    item_id: int
    quantity: int
    label: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A parcel, and whether it was sent before."""

    parcel: Parcel
    replayed: bool


async def ensure(connection: AsyncConnection) -> None:
    """The tables; several processes may start at once."""
    async with connection.begin():
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        for statement in STATEMENTS:
            await connection.execute(text(statement))


async def send(connection: AsyncConnection, wanted: OrderRequest, label: str, key: str) -> Sent:
    """Key, parcel, its place in the outbox and the answer in the caller's transaction.

    Raises:
        NotFound, InFlight, KeyReused: the transaction must be rolled back.
    """
    values = {**wanted.model_dump(), "label": label, "key": key, "digest": wanted.digest()}
    kept = await once(connection, "send-parcel", SEND, values)
    if kept is None:
        raise NotFound
    return Sent(Parcel.model_validate_json(kept.body), kept.replayed)


async def parcel(connection: AsyncConnection, number: int) -> Parcel:
    """One parcel; NotFound."""
    row = (await connection.execute(PARCEL, {"id": number})).one_or_none()
    if row is None:
        raise NotFound
    return Parcel.model_validate(row, from_attributes=True)


async def announce(connection: AsyncConnection, most: int) -> int:
    """Send the notices of at most ``most`` parcels, all in one transaction; how many it were."""
    async with connection.begin():
        rows = (await connection.execute(TAKE, {"most": most})).all()
        if rows:
            await connection.execute(TELL, {"parcels": [row.parcel_id for row in rows]})
            await connection.execute(DONE, {"ids": [row.id for row in rows]})
    return len(rows)

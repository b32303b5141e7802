"""Engine and session dependency on a synchronous driver, in FastAPI's thread pool.

It breaks when the database is silent: psycopg2 waits for ever, the pool of 15 connections is taken
at once, then the 40 threads wait 30 s each for a connection. It stays broken when the database is
back: a request with its row needs a thread for its answer before its session is closed, and every
thread waits for a session. After a restart each old connection costs a request its answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session, sessionmaker

from squall_patterns.shared.models import Item, Order
from squall_patterns.shared.shop import URL, ItemOut, Key, OrderIn, OrderOut, prepare

engine = create_engine(URL.replace("postgresql://", "postgresql+psycopg2://", 1))
SessionLocal = sessionmaker(autoflush=False, bind=engine)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Before the first request, and after the last."""
    await prepare()
    yield


app = FastAPI(lifespan=lifespan)


def get_db() -> Iterator[Session]:
    """A session for one request."""
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


Db = Annotated[Session, Depends(get_db)]


@app.get("/items/{number}", response_model=ItemOut)
def read_item(number: int, db: Db) -> Item:
    """One item."""
    item = db.get(Item, number)
    if item is None:
        raise HTTPException(404)
    return item


@app.get("/orders/{number}", response_model=OrderOut)
def read_order(number: int, db: Db) -> Order:
    """One order."""
    order = db.get(Order, number)
    if order is None:
        raise HTTPException(404)
    return order


@app.post("/orders", status_code=201, response_model=OrderOut)
def place_order(wanted: OrderIn, key: Key, db: Db) -> Order:
    """Place an order."""
    order = Order(item_id=wanted.item_id, quantity=wanted.quantity, idempotency_key=key)
    db.add(order)
    taken = update(Item).where(Item.id == wanted.item_id)
    db.execute(taken.values(stock=Item.stock - wanted.quantity))
    db.commit()
    db.refresh(order)
    return order


@app.get("/livez")
@app.get("/readyz")
def yes() -> dict[str, str]:
    """In the thread pool, too, like every function that is not async."""
    return {"status": "ok"}

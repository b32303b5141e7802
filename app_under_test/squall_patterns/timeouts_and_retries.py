"""Time-outs, and retries by tenacity: three attempts at whatever went wrong.

Short outages vanish behind the second attempt. It breaks twice: an answer to COMMIT that was lost
is taken for a COMMIT that was lost, and the order is placed again; and when the database is slow
every caller asks it three times, in turn, each time up to the limits of the attempt before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from tenacity import retry, retry_if_not_exception_type, stop_after_attempt, wait_exponential

from squall_patterns.shared import health, sessions
from squall_patterns.shared.models import Item, Order
from squall_patterns.shared.shop import ItemOut, Key, OrderIn, OrderOut, prepare

engine = create_async_engine(
    sessions.ASYNC_URL, pool_timeout=1, connect_args={"timeout": 1, "command_timeout": 1}
)
Session = async_sessionmaker(engine, expire_on_commit=False)
retried = retry(
    stop=stop_after_attempt(3),
    wait=wait_exponential(multiplier=0.1, max=1),
    retry=retry_if_not_exception_type(HTTPException),
    reraise=True,
)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Before the first request, and after the last."""
    await prepare()
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
app.include_router(health.router)


@retried
async def find(kind: type[sessions.T], number: int) -> sessions.T:
    """The item, or the order, in a session of its own."""
    async with Session() as session:
        return await sessions.find(session, kind, number)


@retried
async def place(wanted: OrderIn, key: str) -> Order:
    """The order, in a session of its own."""
    async with Session() as session:
        return await sessions.place(session, wanted, key)


@app.get("/items/{number}", response_model=ItemOut)
async def read_item(number: int) -> Item:
    """One item."""
    return await find(Item, number)


@app.get("/orders/{number}", response_model=OrderOut)
async def read_order(number: int) -> Order:
    """One order."""
    return await find(Order, number)


@app.post("/orders", status_code=201, response_model=OrderOut)
async def place_order(wanted: OrderIn, key: Key) -> Order:
    """Place an order."""
    return await place(wanted, key)

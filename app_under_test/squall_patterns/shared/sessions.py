"""The API over an async engine, a session a request: the engine's arguments are the pattern."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from squall_patterns.shared import health
from squall_patterns.shared.models import Item, Order
from squall_patterns.shared.shop import URL, ItemOut, Key, OrderIn, OrderOut, prepare

ASYNC_URL = URL.replace("postgresql://", "postgresql+asyncpg://", 1)

T = TypeVar("T", Item, Order)

router = APIRouter()


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session for one request."""
    async with request.app.state.sessions() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


async def find(session: AsyncSession, kind: type[T], number: int) -> T:
    """The item, or the order; HTTPException 404."""
    found = await session.get(kind, number)
    if found is None:
        raise HTTPException(404)
    return found


async def place(session: AsyncSession, wanted: OrderIn, key: str) -> Order:
    """The order, committed."""
    order = Order(item_id=wanted.item_id, quantity=wanted.quantity, idempotency_key=key)
    session.add(order)
    taken = update(Item).where(Item.id == wanted.item_id)
    await session.execute(taken.values(stock=Item.stock - wanted.quantity))
    await session.commit()
    return order


@router.get("/items/{number}", response_model=ItemOut)
async def read_item(number: int, session: SessionDep) -> Item:
    """One item."""
    return await find(session, Item, number)


@router.get("/orders/{number}", response_model=OrderOut)
async def read_order(number: int, session: SessionDep) -> Order:
    """One order."""
    return await find(session, Order, number)


@router.post("/orders", status_code=201, response_model=OrderOut)
async def place_order(wanted: OrderIn, key: Key, session: SessionDep) -> Order:
    """Place an order."""
    return await place(session, wanted, key)


def app_over(engine: AsyncEngine) -> FastAPI:
    """The API; every request gets a session of its own."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await prepare()
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.include_router(router)
    app.include_router(health.router)
    return app

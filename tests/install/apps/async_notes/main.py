"""Notes of users: an asynchronous app with the defaults of its libraries."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    token: Mapped[str | None] = mapped_column(index=True)


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
bearer = HTTPBearer()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_session)]
Token = Annotated[HTTPAuthorizationCredentials, Depends(bearer)]


def hashed(password: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), b"notes", 1000).hex()


async def current_user(token: Token, db: Db) -> User:
    user = await db.scalar(select(User).where(User.token == token.credentials))
    if user is None:
        raise HTTPException(401, "Log in first")
    return user


Owner = Annotated[User, Depends(current_user)]


class Credentials(BaseModel):
    email: str
    password: str


class NewNote(BaseModel):
    text: str


@app.post("/register", status_code=201)
async def register(given: Credentials, db: Db) -> dict[str, Any]:
    if await db.scalar(select(User).where(User.email == given.email)):
        raise HTTPException(409, "There is such a user")
    user = User(email=given.email, password_hash=hashed(given.password))
    db.add(user)
    await db.commit()
    return {"id": user.id, "email": user.email}


@app.post("/login")
async def login(given: Credentials, db: Db) -> dict[str, str]:
    user = await db.scalar(select(User).where(User.email == given.email))
    if user is None or user.password_hash != hashed(given.password):
        raise HTTPException(401, "Wrong email or password")
    user.token = user.token or secrets.token_urlsafe(16)
    await db.commit()
    return {"access_token": user.token, "token_type": "bearer"}


@app.get("/notes")
async def list_notes(user: Owner, db: Db) -> list[dict[str, Any]]:
    found = await db.scalars(select(Note).where(Note.owner_id == user.id).limit(20))
    return [{"id": note.id, "text": note.text} for note in found]


@app.post("/notes", status_code=201)
async def add_note(new: NewNote, user: Owner, db: Db) -> dict[str, Any]:
    note = Note(owner_id=user.id, text=new.text)
    db.add(note)
    await db.commit()
    return {"id": note.id, "text": note.text}

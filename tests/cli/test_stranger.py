"""An app that Squall has never seen: from an empty folder to a verdict, the app unchanged."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

SHOP = """
import os
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["SHOP_DB_URL"])  # postgresql+asyncpg://...
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Hero(Base):
    __tablename__ = "heroes"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class NewHero(BaseModel):
    name: str


@asynccontextmanager
async def lifespan(app):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield


app = FastAPI(lifespan=lifespan)


async def session():
    async with sessions() as opened:
        yield opened


@app.get("/heroes")
async def heroes(db=Depends(session)):
    return [hero.name for hero in await db.scalars(select(Hero).limit(5))]


@app.post("/heroes", status_code=201)
async def add(new: NewHero, db=Depends(session)):
    db.add(Hero(name=new.name))
    await db.commit()
    return {}
"""


def squall(home: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "squall.cli", *words]
    done = subprocess.run(
        command, cwd=home, capture_output=True, text=True, timeout=200, check=False
    )
    assert "Traceback (most recent call last)" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(SHOP)
    return tmp_path


@pytest.mark.scenario
@pytest.mark.timeout(400)
def test_from_an_empty_folder_to_a_verdict_in_two_commands(home: Path) -> None:
    code, said = squall(home, "init")
    assert (code, "app: shop:app (shop.py:" in said) == (0, True)
    table = tomllib.loads((home / "pyproject.toml").read_text())["tool"]["squall"]
    assert table["database_env"] == {"SHOP_DB_URL": "{asyncpg}"}
    assert (home / "tests/test_resilience.py").exists()
    only = ("--only", "database-crash-restart", "--only", "commit-reply-lost")
    code, said = squall(home, "check", *only, "--seed", "3")
    assert code == 1
    assert "requests, from the OpenAPI document: GET /heroes, POST /heroes" in said
    assert "isolation: " in said
    assert "fail error-contract:" in said
    assert "fail log-clean:" in said


@pytest.mark.scenario
def test_writes_are_asked_with_bodies_from_their_schemas(home: Path) -> None:
    words = ("check", "shop:app", "--database-env", "SHOP_DB_URL=asyncpg", "--writes")
    code, said = squall(home, *words, "--only", "slow-network", "--seed", "3")
    assert "GET /heroes, POST /heroes" in said
    assert code == 0, said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nonsense",), "TARGET 'nonsense': give an import string"),
        (("a:b", "--database-env", "X=odd"), "FORM is one of url, asyncpg"),
        (("a:b", "--header", "secret-without-a-colon"), "write NAME:VALUE"),
        (("a:b", "--ready", "readyz"), "must be a path, such as /readyz"),
        (("a:b", "--deadline", "0"), "--deadline"),
    ],
)
def test_an_option_that_cannot_be_understood_is_told(
    home: Path, words: tuple[str, ...], told: str
) -> None:
    code, said = squall(home, "check", *words, "--only", "slow-network")
    assert (code, told in said) == (4, True)


def test_an_app_that_cannot_be_started_shows_its_last_words(home: Path) -> None:
    code, said = squall(home, "check", "nowhere:app", "--only", "slow-network")
    assert code == 3
    assert "nowhere" in said
    assert "started: " in said
    assert "next: the module nowhere is missing" in said


def test_a_setup_that_fails_is_told_with_its_last_words(home: Path) -> None:
    words = ("check", "shop:app", "--setup", "ls /no/such/place", "--only", "slow-network")
    code, said = squall(home, *words)
    assert (code, "No such file" in said) == (3, True)


CHOOSY = """
import os

from fastapi import FastAPI

if os.environ["MODE"] != "shop":
    raise SystemExit(f"MODE is {os.environ['MODE']!r}")
app = FastAPI()


@app.post("/login")
async def login():
    return {}["token"]
"""


@pytest.mark.scenario
@pytest.mark.timeout(400)
def test_options_count_for_the_app_of_the_table_too(tmp_path: Path) -> None:
    """And an app that answers 500 is asked for its own words."""
    (tmp_path / "choosy.py").write_text(CHOOSY)
    code, said = squall(tmp_path, "init")
    assert (code, "it does not work yet: the app choosy:app ended" in said) == (3, True)
    table = tomllib.loads((tmp_path / "pyproject.toml").read_text())["tool"]["squall"]
    assert table["environment"] == {"MODE": "local"}
    code, said = squall(tmp_path, "check", "--only", "slow-network")
    assert (code, "MODE is 'local'" in said) == (3, True)
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write('[[tool.squall.login]]\npath = "/login"\n')
    code, said = squall(tmp_path, "check", "--only", "slow-network", "--env", "MODE=shop")
    assert code == 3
    assert "login POST /login: answered 500\n  the app's log tells of:" in said
    assert "KeyError: 'token'" in said

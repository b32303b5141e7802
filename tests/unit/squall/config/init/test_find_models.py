"""The models create the tables of an app with which nothing else came that does."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from squall.config.init.find_models import NO_CREATOR
from squall.config.init.scan_source import Detected, scan_source

MAIN = "from fastapi import FastAPI\nimport shop.models\napp = FastAPI()\n"
OLD = "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n"
NEW = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    pass\n"
MODELS = "from shop.db import Base\nclass User(Base):\n    __tablename__ = 'users'\n"
SQLMODEL = "from sqlmodel import SQLModel\nclass User(SQLModel, table=True):\n    id: int\n"


def found(directory: Path, files: dict[str, str]) -> Detected:
    for name, text in {"shop/__init__.py": "", "shop/main.py": MAIN, **files}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return scan_source(directory)[0]


@pytest.mark.parametrize(
    ("files", "base"),
    [
        ({"shop/db.py": OLD, "shop/models.py": MODELS}, "shop.db import Base"),
        ({"shop/db.py": NEW, "shop/models.py": MODELS}, "shop.db import Base"),
        ({"shop/models.py": SQLMODEL}, "shop.models import User"),
    ],
    ids=["declarative_base", "DeclarativeBase", "SQLModel"],
)
def test_the_models_create_the_tables(tmp_path: Path, files: dict[str, str], base: str) -> None:
    app = found(tmp_path, files)
    (command,) = app.setup
    program = shlex.split(command)[2]
    assert shlex.split(command)[:2] == ["python", "-c"]
    assert "import sqlalchemy, shop.main; from importlib.util import find_spec as has" in program
    assert f"from {base} as base" in program
    compile(program, "setup", "exec")
    assert NO_CREATOR in app.notes


@pytest.mark.parametrize(
    "files",
    [
        {"shop/db.py": OLD, "shop/models.py": f"{MODELS}Base.metadata.create_all(engine)\n"},
        {"shop/db.py": OLD, "shop/models.py": "from shop.db import Base\n"},
        {"shop/models.py": "from peewee import Model\nclass User(Model):\n    pass\n"},
        {"shop/db.py": OLD, "shop/models.py": MODELS, "shop/main.py": MAIN.replace("models", "x")},
    ],
    ids=["the-app-does", "no-table", "no-base", "not-imported"],
)  # fmt: skip
def test_otherwise_nothing_is_guessed(tmp_path: Path, files: dict[str, str]) -> None:
    assert found(tmp_path, files).setup == ()

"""Alembic's command follows where its files are, and whether revisions came with the project."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from squall.config.init.find_alembic import NO_INI, NO_REVISIONS, notes_on
from squall.config.init.scan_source import Detected, scan_source

APP = "from fastapi import FastAPI\nfrom shop.models import x\napp = FastAPI()\n"
INI = "[alembic]\nscript_location = %s\n"
REVISION = "revision = 'a'\ndown_revision = None\n"


def project(directory: Path, files: dict[str, str]) -> Detected:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return scan_source(directory)[0]


def test_without_a_revision_the_models_create_the_tables(tmp_path: Path) -> None:
    files = {"main.py": APP, "shop/models.py": "x = 1", "alembic.ini": INI % "m", "m/env.py": ""}
    found = project(tmp_path, files)
    assert notes_on(found.setup) == [NO_REVISIONS]
    assert NO_REVISIONS in found.notes
    (tmp_path / "m" / "versions").mkdir()
    (tmp_path / "m" / "versions" / "a.py").write_text(REVISION)
    assert scan_source(tmp_path)[0].setup == ("alembic upgrade head",)


def test_revisions_elsewhere_are_revisions(tmp_path: Path) -> None:
    ini = INI % "m" + "version_locations = other\n"
    found = project(tmp_path, {"main.py": APP, "alembic.ini": ini, "m/env.py": ""})
    assert found.setup == ("alembic upgrade head",)


@pytest.mark.parametrize(
    ("location", "moves"), [("shop/m", True), ("%(here)s/shop/m", False)], ids=["cwd", "here"]
)
def test_alembic_starts_where_its_relative_place_is_right(
    tmp_path: Path, location: str, moves: bool
) -> None:
    found = project(tmp_path, {
        "shop/app/main.py": "from fastapi import FastAPI\nfrom app.x import y\napp = FastAPI()\n",
        "shop/app/x.py": "y = 1", "alembic.ini": INI % location, "shop/m/env.py": "",
        "shop/m/versions/a.py": REVISION, "start.sh": "cd shop && uvicorn app.main:app\n",
    })  # fmt: skip
    assert found.folder == "shop"
    assert ("os.chdir('..')" in found.setup[0]) is moves


@pytest.mark.parametrize("asks", ["async_engine_from_config", "engine_from_config"])
def test_revisions_without_an_ini_file_are_run(tmp_path: Path, asks: str) -> None:
    env = f"from alembic import context\nfrom sqlalchemy import {asks}\n"
    files = {"main.py": APP, "shop/models.py": "x = 1", "db/migrations/env.py": env}
    assert project(tmp_path, files).setup == ()
    found = project(tmp_path, {**files, "db/migrations/versions/a.py": REVISION})
    assert notes_on(found.setup) == [NO_INI]
    assert "'script_location', 'db/migrations'" in found.setup[0]
    assert ("asyncpg" in found.setup[0]) is asks.startswith("async")
    compile(shlex.split(found.setup[0])[2], "setup", "exec")


def test_the_models_create_the_tables_through_the_projects_own_env(tmp_path: Path) -> None:
    pytest.importorskip("alembic")
    env = (
        "from alembic import context\nfrom sqlalchemy import create_engine\n"
        "from shop.base import metadata\n"
        "with create_engine('sqlite:///made.db').connect() as connection:\n"
        "    context.configure(connection=connection, target_metadata=metadata)\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n"
    )
    models = (
        "from sqlalchemy import Column, Integer, Table\nfrom shop.base import metadata\nx = 1\n"
        "Table('orders', metadata, Column('id', Integer, primary_key=True))\n"
    )
    base = "from sqlalchemy import MetaData\nmetadata = MetaData()\n"
    files = {"main.py": APP, "shop/models.py": models, "shop/base.py": base,
             "alembic.ini": INI % "m", "m/env.py": env}  # fmt: skip
    words = shlex.split(project(tmp_path, files).setup[0])
    subprocess.run([sys.executable, *words[1:]], cwd=tmp_path, check=True, env={**os.environ})
    assert b"orders" in (tmp_path / "made.db").read_bytes()
    assert not list((tmp_path / "m").glob("versions/*"))


@pytest.mark.parametrize(
    ("engine", "replaced"),
    [
        ("create_engine(config.get_main_option('sqlalchemy.url'))", True),
        ("create_engine(URL)", False),
        ("engine_from_config(config.get_section('alembic'))", True),
    ],
)
def test_an_env_that_asks_the_ini_file_gets_the_labs_address(
    tmp_path: Path, engine: str, replaced: bool
) -> None:
    found = project(tmp_path, {
        "main.py": f"import os\n{APP}u = os.environ['DATABASE_URL']\n", "shop/models.py": "x = 1",
        "alembic.ini": INI % "m" + "sqlalchemy.url = postgresql://ann@localhost/shop\n",
        "m/env.py": f"connectable = {engine}\n", "m/versions/a.py": REVISION,
    })  # fmt: skip
    assert ("set_main_option" in found.setup[0]) is replaced

"""Addresses of the database that no variable sets, or not all of: the lab takes their names."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.scan_source import Detected, scan_source

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
SHOP = {"user": "shop", "password": "s3cret", "name": "shop"}
COMPOSE = """services:
  web: {build: .}
  store:
    image: postgres:16
    environment: [POSTGRES_USER=shop, 'POSTGRES_PASSWORD=${PW:-s3cret}', POSTGRES_DB=shop]
"""
PARTS = "import os\nHOST, USER = os.getenv('DB_HOST', 'db'), os.getenv('DB_USER', 'x')\n"


def found_in(directory: Path, files: dict[str, str]) -> Detected:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return scan_source(directory)[0]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("psycopg.connect(host='db', user='shop', password='s3cret', dbname='shop')", SHOP),
        ("pool = ConnectionPool('host=db user=shop password=s3cret dbname=shop')", SHOP),
        (
            "NAME = 'shop'\nasyncpg.create_pool(user='shop', database=NAME, port=5433)",
            {"user": "shop", "name": "shop", "port": "5433"},
        ),
        ("C = {'database': 'shop', 'user': 'shop', 'host': 'store', 'port': 5432}",
         {"user": "shop", "name": "shop", "port": "5432"}),
        ("URL = 'postgresql://shop@localhost/shop'", {"user": "shop", "name": "shop"}),
        (("U, DB = 'x', 'y'\nUSER = 'shop'\nPW = 's3cret'\nHOST, PORT = os.getenv('H'), 5433\n"
         "URL = f'postgres://{USER}:{PW}@localhost:5433/{USER}'"),
         {**SHOP, "port": "5433"}),
        ("USER = os.getenv('U', 'shop')\nURL = f'postgres://{USER}@localhost/shop'", {}),
        ("connect(host='db.example.com', user='shop', dbname='shop')", {}),
        ("connect(host=host, user=user, dbname=name)", {}),
        ("render(user='shop', database='shop')", {}),
        ("C = {'user': 'shop', 'name': 'shop'}", {}),
    ],
    ids=["keywords", "conninfo", "constants", "dict", "no-password",
         "composed", "composed-of-variables", "elsewhere", "variables",
         "another-call", "another-dict"],
)  # fmt: skip
def test_constants_of_a_connection_are_the_names_of_the_labs_database(
    tmp_path: Path, text: str, fixed: dict[str, str]
) -> None:
    assert found_in(tmp_path, {"main.py": f"{APP}{text}\n"}).database == fixed


@pytest.mark.parametrize(
    ("files", "fixed"),
    [
        ({"main.py": f"{APP}{PARTS}", "compose.yaml": COMPOSE},
         {"password": "s3cret", "name": "shop"}),
        ({"main.py": f"{APP}{PARTS}URL = f'postgresql://{{USER}}:x@{{HOST}}:5432/stock'\n"},
         {"name": "stock", "port": "5432"}),
        ({"main.py": f"{APP}{PARTS}C = {{'host': HOST, 'user': USER, 'port': '5432'}}\n"},
         {"port": "5432"}),
        ({"main.py": f"{APP}{PARTS}C = {{'name': HOST, 'port': 8000, 'host': '0'}}\n"}, {}),
        ({"main.py": f"{APP}{PARTS}", "compose.yaml": COMPOSE.replace("postgres:16", "redis")}, {}),
        ({"main.py": f"{APP}import os\nU = os.getenv('DATABASE_URL', '')\n",
          "compose.yaml": COMPOSE}, {}),
    ],
    ids=["compose-file", "address", "dict-with-a-port", "another-dict",
         "another-server", "whole-address"],
)  # fmt: skip
def test_what_no_variable_sets_comes_from_the_address_or_the_compose_file(
    tmp_path: Path, files: dict[str, str], fixed: dict[str, str]
) -> None:
    assert found_in(tmp_path, files).database == fixed


def test_the_configuration_of_piccolo_is_read_although_nothing_imports_it(tmp_path: Path) -> None:
    engine = (
        "from piccolo.engine.postgres import PostgresEngine\n"
        "DB = PostgresEngine(config={'database': 'shop', 'user': 'shop', 'host': 'store'})\n"
    )
    found = found_in(tmp_path, {"main.py": APP, "piccolo_conf.py": engine})
    assert found.database == {"user": "shop", "name": "shop"}


def test_requirements_in_utf_16_are_read(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("fastapi\r\npymysql==1.1\r\n", encoding="utf-16")
    assert found_in(tmp_path, {"main.py": APP}).other_database == "MySQL (it requires pymysql)"


IN_COMMENT = "# DATABASES = {'drivername': 'postgresql', 'host': 'localhost'}\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (f"{IN_COMMENT}DATABASES = {{'drivername': 'sqlite', 'database': 'shop.db'}}\n",
         "SQLite (main.py:4)"),
        ("url = URL.create(drivername='mysql+pymysql', host='db')\n", "MySQL (main.py:3)"),
        ("engine = create_engine('sqlite:///shop.db')\n", "SQLite (main.py:3)"),
        ("engine = create_engine('sqlite:///x.db' if TEST else 'postgresql://a@b/c')\n", ""),
        ("import os\nengine = create_engine(os.getenv('DATABASE_URL', 'sqlite:///x.db'))\n", ""),
        ("driver = 'sqlite'\n", ""),
    ],
    ids=["dict", "keyword", "address", "either", "variable", "another-text"],
)  # fmt: skip
def test_a_database_that_stands_fixed_in_the_source_is_told_at_once(
    tmp_path: Path, source: str, told: str
) -> None:
    files = {"main.py": APP + source, "requirements.txt": "fastapi\npsycopg2-binary\n"}
    assert found_in(tmp_path, files).other_database == told

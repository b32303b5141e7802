"""A schema that a person loads by hand is the set-up of an app that has no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.scan_source import scan_source

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
TABLE = "create table if not exists orders (id int);\n"
ROWS = "INSERT INTO orders VALUES (1);\n"


@pytest.mark.parametrize(
    ("files", "setup"),
    [
        ({"db/schema.sql": TABLE, "db/data.sql": ROWS}, ("db/schema.sql", "db/data.sql")),
        ({"sql/create_tables.sql": TABLE, "sql/drop_tables.sql": "DROP TABLE orders;"},
         ("sql/create_tables.sql",)),
        ({"bd/01_crear_tablas.sql": TABLE, "bd/02_datos.sql": f"{TABLE}{ROWS}"},
         ("bd/01_crear_tablas.sql", "bd/02_datos.sql")),
        ({"db/queries.sql": "SELECT 1;", "db/data.sql": ROWS}, ()),
        ({"db/schema.sql": TABLE, "main.py": f"{APP}run(open('db/schema.sql').read())\n"}, ()),
        ({"db/schema.sql": TABLE, "main.py": f"{APP}Base.metadata.create_all(engine)\n"}, ()),
        ({"app/migrations/001_init.sql": TABLE}, ()),
        ({"db/schema.sql": TABLE, "alembic.ini": "[alembic]\nscript_location = m\n"},
         ("alembic upgrade head",)),
    ],
    ids=["schema-and-rows", "create-and-drop", "names-in-spanish", "no-tables", "the-app-loads-it",
         "the-app-makes-tables", "migrations-of-its-own", "alembic"],
)  # fmt: skip
def test_a_kept_schema_is_loaded_where_nothing_else_makes_tables(
    tmp_path: Path, files: dict[str, str], setup: tuple[str, ...]
) -> None:
    for name, text in {"main.py": APP, **files}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert scan_source(tmp_path)[0].setup == setup


def test_a_mounted_file_for_the_tests_own_database_is_left_out(tmp_path: Path) -> None:
    mounted = "services:\n  db:\n    volumes: ['./sql:/docker-entrypoint-initdb.d']\n"
    files = {"main.py": APP, "compose.yaml": mounted, "sql/create_test_database.sql": TABLE,
             "sql/latest.sql": TABLE}  # fmt: skip
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert scan_source(tmp_path)[0].setup == ("sql/latest.sql",)


@pytest.mark.parametrize(
    ("names", "setup"),
    [
        (["000002_b.up.sql", "000010_c.up.sql", "000001_a.up.sql", "000001_a.down.sql"],
         ["000001_a.up.sql", "000002_b.up.sql", "000010_c.up.sql"]),
        (["V2__b.sql", "V10__c.sql", "V1.1__a.sql", "R__view.sql"],
         ["V1.1__a.sql", "V2__b.sql", "V10__c.sql"]),
        (["001_a.sql"], []),
    ],
    ids=["golang-migrate", "flyway", "unknown"],
)  # fmt: skip
def test_migrations_of_a_tool_outside_the_app_are_run_in_their_order(
    tmp_path: Path, names: list[str], setup: list[str]
) -> None:
    folder = tmp_path / "db" / "migrations"
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text(TABLE)
    (tmp_path / "main.py").write_text(APP)
    found = scan_source(tmp_path)[0].setup
    assert list(found) == [f"db/migrations/{name}" for name in setup]

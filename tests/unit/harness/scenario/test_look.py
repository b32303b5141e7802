"""Guesses about an app from its source: where it is, and how it finds its database."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.scenario.look import Found, look


def source(directory: Path, **files: str) -> Path:
    for name, text in files.items():
        path = directory / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"main": "app = FastAPI()"}, Found(app="main:app", app_place="main.py:1")),
        (
            {"src__shop__web": "import fastapi\napi: object = fastapi.FastAPI(title='x')"},
            Found(app="shop.web:api", app_place="src/shop/web.py:2"),
        ),
        (
            {"shop__app": "def create_app():\n    made = FastAPI()\n    return made"},
            Found(app="shop.app:create_app", factory=True, app_place="shop/app.py:1"),
        ),
        (
            {"main": "URL = os.environ['SHOP_DB_URL']\nx = 'postgresql+asyncpg://'\na = FastAPI()"},
            Found(app="main:a", app_place="main.py:3", database_env={"SHOP_DB_URL": "{asyncpg}"}),
        ),
        (
            {"main": "def get():\n    made = FastAPI()\n    return made\n\napp = get()"},
            Found(app="main:app", app_place="main.py:5"),
        ),
        (
            {"src__main": "from src.config import x\napp = FastAPI()"},
            Found(app="src.main:app", app_place="src/main.py:2"),
        ),
        ({"tests__main": "app = FastAPI()", "odd": "app = FastAPI("}, Found()),
    ],
)
def test_the_guess(tmp_path: Path, files: dict[str, str], found: Found) -> None:
    assert look(source(tmp_path, **files)) == found


def test_alembic_is_run_where_it_is_configured(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").touch()
    assert look(tmp_path).setup == ("alembic upgrade head",)


@pytest.mark.parametrize(
    ("text", "database_env", "environment"),
    [
        ("DATABASE_URL=postgresql://a:b@c/d\nSECRET_KEY=x\n", {"DATABASE_URL": "{url}"},
         {"SECRET_KEY": "x"}),
        ('export DB_DSN="postgresql+asyncpg://a@b/c"\n# OLD_URL=postgresql://\n',
         {"DB_DSN": "{asyncpg}"}, {}),
        (("POSTGRES_SERVER=localhost\nPOSTGRES_PORT=5432\nPOSTGRES_USER=a\nPOSTGRES_PASSWORD=b\n"
         "POSTGRES_DB=app\nDEBUG=1\n"),
         {"POSTGRES_SERVER": "{host}", "POSTGRES_PORT": "{port}", "POSTGRES_USER": "{user}",
          "POSTGRES_PASSWORD": "{password}", "POSTGRES_DB": "{name}"}, {"DEBUG": "1"}),
        ("DATABASE__HOSTNAME=x\nDATABASE__DB=y\nTEST_DB_HOST=z\n",
         {"DATABASE__HOSTNAME": "{host}", "DATABASE__DB": "{name}"}, {"TEST_DB_HOST": "z"}),
        ("DB_ADDRESS=x\nDB_NAME=y\n", {"DB_ADDRESS": "{host}", "DB_NAME": "{name}"}, {}),
        ("PGHOST=x\nPGDATABASE=y\n", {"PGHOST": "{host}", "PGDATABASE": "{name}"}, {}),
        ("DB_PASSWORD=alone\n", {"DATABASE_URL": "{url}"}, {"DB_PASSWORD": "alone"}),
    ],
)  # fmt: skip
def test_an_example_of_a_env_file_tells_the_variables(
    tmp_path: Path, text: str, database_env: dict[str, str], environment: dict[str, str]
) -> None:
    (tmp_path / ".env.example").write_text(text)
    found = look(tmp_path)
    assert (found.database_env, found.environment) == (database_env, environment)


def test_a_env_file_of_the_app_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql+psycopg://a:hush@b/c\nSECRET=hush\n")
    found = look(tmp_path)
    assert (found.database_env, found.environment) == ({"DATABASE_URL": "{psycopg}"}, {})


def test_settings_in_parts_are_found_without_an_example(tmp_path: Path) -> None:
    text = "class Settings(BaseSettings):\n    DB_HOST: str\n    DB_PORT: int = 5432\n\nX = 1\n"
    found = look(source(tmp_path, config=text))
    assert found.database_env == {"DB_HOST": "{host}", "DB_PORT": "{port}"}


def test_a_env_file_for_one_place_is_looked_at_too(tmp_path: Path) -> None:
    for name, text in {
        "app/config/local.env": "DB_URI=postgresql+asyncpg://a:b@localhost\nECHO=1\n",
        "app/config/a_test.env": "OTHER_URL=postgresql://t\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = look(tmp_path)
    assert (found.database_env, found.environment) == ({"DB_URI": "{asyncpg}"}, {})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = os.environ['MODE'] + os.environ[\"ALSO\"]", ("ALSO", "MODE")),
        ("os.environ['MODE'] = 'x'", ()),
        ("if os.environ['MODE'] == 'x': pass", ("MODE",)),
        ("os.environ.get('MODE')", ()),
        ("os.environ['DATABASE_URL']", ()),
    ],
)
def test_a_variable_that_must_be_there_is_named(
    tmp_path: Path, text: str, names: tuple[str, ...]
) -> None:
    assert look(source(tmp_path, config=f"import os\n{text}\n")).required == names


def test_an_address_by_any_of_the_usual_names_is_found(tmp_path: Path) -> None:
    found = look(source(tmp_path, config="class Settings(Base):\n    DB_URI: str\n"))
    assert found.database_env == {"DB_URI": "{url}"}

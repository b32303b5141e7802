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
            Found(app="main:a", app_place="main.py:3", database_env="SHOP_DB_URL", form="asyncpg"),
        ),
        ({"tests__main": "app = FastAPI()", "odd": "app = FastAPI("}, Found()),
    ],
)
def test_the_guess(tmp_path: Path, files: dict[str, str], found: Found) -> None:
    assert look(source(tmp_path, **files)) == found


def test_alembic_is_run_where_it_is_configured(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").touch()
    assert look(tmp_path).setup == ("alembic upgrade head",)

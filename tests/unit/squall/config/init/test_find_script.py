"""An app that only a script makes is started by it, on a port that a variable sets."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.scan_source import scan_source

SERVER = """import uvicorn
from fastapi import FastAPI
class Server:
    def __init__(self, title): self.title = title
    def app(self): return FastAPI(title=self.title)
    def run(self, port): uvicorn.Server(uvicorn.Config(self.app(), port=port)).run()
"""
START = """from server import Server
from settings import Settings
if __name__ == "__main__":
    Server("shop").run(port=Settings().SERVING_PORT)
"""
SETTINGS = """from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    POSTGRES_HOST: str
    POSTGRES_PORT: int = 5432
    SERVING_PORT: int = 4343
"""
FILES = {"src/server.py": SERVER, "src/start.py": START, "src/settings.py": SETTINGS}


def project(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"start.sh": "python /app/src/init_db.py\nexec python /app/src/start.py\n"}, "start.sh:2"),
        ({}, "it starts a server"),
    ],
)
def test_the_script_that_starts_the_server_is_the_app(
    tmp_path: Path, more: dict[str, str], why: str
) -> None:
    (found,) = scan_source(project(tmp_path, {**FILES, **more}))
    assert found.app == "env SERVING_PORT={port} python src/start.py"
    assert (found.folder, found.why) == ("", why)
    assert found.database_env == {"POSTGRES_HOST": "{host}", "POSTGRES_PORT": "{port}"}


def test_a_module_with_relative_imports_is_started_as_one(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/server.py": SERVER, "shop/settings.py": SETTINGS,
             "shop/__main__.py": START.replace("from s", "from .s")}  # fmt: skip
    (found,) = scan_source(project(tmp_path, files))
    assert found.app == "env SERVING_PORT={port} python -m shop"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("src/settings.py", SETTINGS.replace("    SERVING_PORT: int = 4343\n", "")),
        ("src/start.py", START.replace("__main__", "start")),
        ("src/server.py", SERVER.replace("uvicorn.Server(uvicorn.Config(self.app()))", "0")
         .replace("uvicorn.", "other.")),
    ],
    ids=["no-variable-sets-the-port", "no-script", "no-server"],
)  # fmt: skip
def test_without_a_script_and_its_port_nothing_is_found(
    tmp_path: Path, file: str, text: str
) -> None:
    assert scan_source(project(tmp_path, {**FILES, file: text})) == []


def test_an_object_comes_before_a_script(tmp_path: Path) -> None:
    files = {**FILES, "src/main.py": "from fastapi import FastAPI\napp = FastAPI()\n"}
    assert scan_source(project(tmp_path, files))[0].app == "main:app"


def test_first_rows_of_a_start_script_follow_the_migrations(tmp_path: Path) -> None:
    files = {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "init_db.py": "rows()\n",
             "alembic.ini": "[alembic]\nscript_location = m\n"}  # fmt: skip
    named = {**files, "start.sh": "alembic upgrade head\npython /srv/app/init_db.py\n"}
    assert scan_source(project(tmp_path / "not", files))[0].setup == ("alembic upgrade head",)
    assert scan_source(project(tmp_path / "named", named))[0].setup == (
        "alembic upgrade head",
        "python init_db.py",
    )


def test_the_folder_of_a_command_leads_to_its_app_and_not_to_an_admins_in_flask(
    tmp_path: Path,
) -> None:
    main = """import sys
sys.path.append("..")
from shop.factory import make
app = make()
"""
    factory = """import os
from fastapi import FastAPI
KEY = os.environ["SHOP_KEY"]
def make():
    return FastAPI()
"""
    makefile = """admin:
\tgunicorn --chdir cmd/admin main:app
run:
\tgunicorn -k uvicorn.workers.UvicornWorker --chdir cmd/app main:app
"""
    files = {"cmd/admin/main.py": main, "cmd/app/main.py": main, "shop/__init__.py": "",
             "shop/factory.py": factory, "Makefile": makefile}  # fmt: skip
    found = scan_source(project(tmp_path, files))[0]
    assert (found.app, found.folder, found.why) == ("main:app", "cmd/app", "Makefile:4")
    assert "SHOP_KEY" in found.environment

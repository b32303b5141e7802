"""Settings under other names: readers that are renamed, and values that are made of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.scan_dotenv import scan_dotenv
from squall.config.init.scan_source import Detected, scan_source

APP = "from fastapi import FastAPI\napp = FastAPI()\n"


def scanned(directory: Path, **files: str) -> Detected:
    (directory / "pyproject.toml").write_text('[project]\ndependencies = ["asyncpg", "redis"]\n')
    for name, text in files.items():
        (directory / f"{name}.py").write_text(text)
    return scan_source(directory)[0]


@pytest.mark.parametrize(
    "reader",
    [
        "from decouple import config as conf",
        "from os import getenv as conf",
        "from starlette.config import Config\nconf = Config('.env')",
        "from starlette.config import Config as Reader\nconf = Reader('.env')",
    ],
)
def test_a_reader_under_another_name_is_a_reader(tmp_path: Path, reader: str) -> None:
    reads = "URL = conf('DATABASE_URL')\nHOST, PORT = conf('REDIS_HOST'), conf('REDIS_PORT')\n"
    source = f"import redis\n{reader}\n{reads}"
    found = scanned(tmp_path, main=f"import own\n{APP}", own=source)
    assert dict(found.database_env) == {"DATABASE_URL": "{url}"}
    (needed,) = found.dependencies
    assert dict(needed.environment) == {"REDIS_HOST": "{host}", "REDIS_PORT": "{port}"}


def test_an_object_of_the_apps_own_class_is_none(tmp_path: Path) -> None:
    own = "from decouple import config\nclass Words: ...\nwords = Words()\nwords('REDIS_HOST')\n"
    found = scanned(tmp_path, main=f"import own\n{APP}", own=own)
    assert found.dependencies == ()


def test_values_that_are_made_of_others_are_written_out(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text(
        "URI=${SCHEME}://${WHO}@db:5432/shop\nSCHEME=postgresql+asyncpg\nWHO=${NAME}:x\nNAME=ann\n"
        "PREFIX=/api/${VERSION:-v1}\nTITLE=${NOWHERE}\nPRICE=5$\nROUND=${ROUND}\n"
    )
    values = {one.name: one.value for one in scan_dotenv(tmp_path)}
    assert values["URI"] == "postgresql+asyncpg://ann:x@db:5432/shop"
    assert (values["PREFIX"], values["TITLE"], values["PRICE"]) == ("/api/v1", "${NOWHERE}", "5$")
    assert values["ROUND"] == "${ROUND}"


def test_an_address_that_is_made_of_its_parts_is_an_address(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text(
        "SCHEME=postgresql\nDB_HOST=db\nDB_URI=${SCHEME}://a:b@${DB_HOST}/c\n"
    )
    found = scanned(tmp_path, main=f"import os\nURI = os.environ['DB_URI']\n{APP}")
    assert "DB_URI" in found.database_env
    assert "DB_URI" not in found.environment


FIELDS = """
from typing import Any, Optional
from pydantic import BaseSettings, validator
class Settings(BaseSettings):
    POSTGRES_SERVER: str
    POSTGRES_PORT: str
    DATABASE_URI: Optional[str] = None
    @validator("DATABASE_URI", pre=True)
    def assemble(cls, v: Optional[str], {more}) -> Any:
        return v
"""


@pytest.mark.parametrize(("more", "follows"), [("values: Any", True), ("*, _: int = 1", False)])
@pytest.mark.parametrize("default", ["None", '""'])
def test_an_address_that_a_validator_makes_of_its_parts_follows_them(
    tmp_path: Path, more: str, follows: bool, default: str
) -> None:
    own = FIELDS.replace("{more}", more).replace("= None", f"= {default}")
    found = scanned(tmp_path, main=f"import own\n{APP}", own=own)
    assert ("DATABASE_URI" not in found.database_env) is follows
    assert {"POSTGRES_SERVER", "POSTGRES_PORT"} <= set(found.database_env)


@pytest.mark.parametrize(
    ("test", "invented"), [('"ERRORS_DSN" in', False), ('"ERRORS_DSN" not in', True)]
)
def test_a_variable_that_is_read_only_where_it_is_set_is_not_invented(
    tmp_path: Path, test: str, invented: bool
) -> None:
    asked = f'import os\nif {test} os.environ:\n    print(os.environ["ERRORS_DSN"])\n'
    found = scanned(tmp_path, main=asked + APP)
    assert ("ERRORS_DSN" in found.environment) is invented


@pytest.mark.parametrize(
    ("reads", "invented"),
    [
        ("DAYS = int(os.getenv('SPAN'))", {"SPAN"}),
        ("SHARE = float(os.environ.get('SHARE'))", {"SHARE"}),
        ("HOSTS = os.getenv('HOSTS').split(',')", {"HOSTS"}),
        ("DAYS = int(os.getenv('SPAN', '7'))", set()),
        ("DAYS = os.getenv('SPAN')", set()),
        ("DAYS = os.getenv('SPAN') and 7", set()),
    ],
)
def test_a_value_that_is_used_at_once_is_needed(
    tmp_path: Path, reads: str, invented: set[str]
) -> None:
    found = scanned(tmp_path, main=f"import own\n{APP}", own=f"import os\n{reads}\n")
    assert set(found.environment) == invented
    assert all(float(found.environment[name]) > 0 for name in invented - {"HOSTS"})

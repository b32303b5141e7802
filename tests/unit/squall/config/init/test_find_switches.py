"""Settings that choose the database, and names that only look like parts of its address."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.scan_source import Detected, scan_source

APP = "from fastapi import FastAPI\nfrom settings import settings\napp = FastAPI()\n"
PYDANTIC = "from pydantic_settings import BaseSettings\n"


def found_in(directory: Path, settings: str, **files: str) -> Detected:
    (directory / "main.py").write_text(APP)
    (directory / "settings.py").write_text(f"{PYDANTIC}{settings}\nsettings = Settings()\n")
    for name, text in files.items():
        (directory / f"{name}.env.example").write_text(text)
    return scan_source(directory)[0]


ENGINE = """
class Settings(BaseSettings):
    {name}: str = "{default}"
    postgres_host: str = "localhost"
    postgres_port: int = 5432
if Settings().{name} == "{word}":
    URL = "postgresql://…"
"""


@pytest.mark.parametrize(
    ("name", "default", "word", "chosen"),
    [
        ("db_engine", "sqlite", "postgres", "postgres"),
        ("DATABASE_TYPE", "mysql", "postgresql", "postgresql"),
        ("db_engine", "postgres", "postgres", None),
        ("db_engine", "sqlite", "cockroach", None),
        ("search_engine", "sqlite", "postgres", None),
    ],
)
def test_a_setting_that_chooses_another_database_chooses_postgresql(
    tmp_path: Path, name: str, default: str, word: str, chosen: str | None
) -> None:
    found = found_in(tmp_path, ENGINE.format(name=name, default=default, word=word))
    assert found.environment.get(name.upper()) == chosen
    assert any("instead of another database" in one for one in found.notes) is bool(chosen)


def test_the_name_of_a_driver_is_not_that_of_the_database(tmp_path: Path) -> None:
    parts = "".join(f"    PG_{one}: str\n" for one in ("DBNAME", "USER", "PASSWORD", "HOST"))
    drivers = '    PG_DRIVERNAME: str = "postgresql+psycopg"\n    PG_DRIVER_NAME: str = "psycopg"\n'
    found = found_in(tmp_path, f"class Settings(BaseSettings):\n{drivers}{parts}    PG_PORT: int\n")
    assert dict(found.database_env) == {
        "PG_DBNAME": "{name}", "PG_USER": "{user}", "PG_PASSWORD": "{password}",
        "PG_HOST": "{host}", "PG_PORT": "{port}",
    }  # fmt: skip


def test_what_has_no_default_takes_the_value_of_the_compose_file(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    build: .\n    environment:\n"
        "      BUCKET: notes\n      LEVEL: debug\n      API_TOKEN: real\n      UNREAD: x\n"
    )
    found = found_in(
        tmp_path,
        "class Settings(BaseSettings):\n    bucket: str | None = None\n"
        "    level: str = 'info'\n    api_token: str | None = None\n",
    )
    assert dict(found.environment) == {"BUCKET": "notes"}


CHECKED = """
class Settings(BaseSettings):
    MAIL_HOST: str | None = None
    MAIL_SENDER: str | None = None
    BUCKET: str | None = None
    @property
    def mail_configured(self) -> bool:
        return bool(self.MAIL_HOST and self.MAIL_SENDER)
    @property
    def has_bucket(self) -> bool:
        return self.BUCKET is not None
settings = Settings()
class Mailer:
    def __init__(self):
"""


@pytest.mark.parametrize(
    ("check", "invented"),
    [
        ("assert settings.mail_configured, 'no mail'", True),
        ("if not settings.mail_configured:\n            raise ValueError('no mail')", True),
        ("if not settings.mail_configured:\n            return", False),
        ("print(settings.mail_configured)", False),
    ],
)
def test_the_optional_settings_that_a_check_reads_get_values(
    tmp_path: Path, check: str, invented: bool
) -> None:
    found = found_in(tmp_path, f"{CHECKED}        {check}\n")
    values = {"MAIL_HOST": "127.0.0.1", "MAIL_SENDER": "squall@example.com"} if invented else {}
    assert dict(found.environment) == values
    assert sum("which the source asserts" in one for one in found.notes) == len(values)


def test_a_check_keeps_the_value_of_the_example(tmp_path: Path) -> None:
    text = f"{CHECKED}        assert settings.mail_configured\n"
    (tmp_path / ".env.example").write_text("MAIL_SENDER=shop@example.com\n")
    assert found_in(tmp_path, text).environment["MAIL_SENDER"] == "shop@example.com"

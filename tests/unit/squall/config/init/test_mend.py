"""What a failed start says leads to another draft."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
from squall.config.dependencies import Dependency
from squall.config.init.draft import Draft
from squall.config.init.mend import mended
from squall.config.init.safe_values import SECRET, closed_value, invented_value
from squall.workload.login import Login

DRAFT = Draft(app="a:b", database_env={"URL": "{url}"}, setup=("alembic upgrade head", "seed"))


def first(draft: Draft, words: str) -> Draft | None:
    return next((one for one, _ in mended(draft, words)), None)


def test_a_missing_setting_is_invented() -> None:
    better = first(DRAFT, "1 validation error for S\n    jwt_secret\n      Field required [x]")
    assert better is not None
    assert better.environment == {"JWT_SECRET": SECRET}


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("The asyncio extension requires an async driver", "{asyncpg}"),
        ("ModuleNotFoundError: No module named 'psycopg2'", "{psycopg}"),
        ("ModuleNotFoundError: No module named 'asyncpg'", "{psycopg}"),
        ("ValueError: invalid DSN: scheme is expected to be", "{asyncpg}"),
    ],
)
def test_another_driver_is_tried(words: str, form: str) -> None:
    better = first(DRAFT, words)
    assert better is not None
    assert better.database_env == {"URL": form}


def test_several_heads_are_all_upgraded() -> None:
    better = first(DRAFT, "the setup 'alembic upgrade head' ended with 1\nMultiple head revisions")
    assert better is not None
    assert better.setup == ("alembic upgrade heads", "seed")


@pytest.mark.parametrize(
    ("words", "database"),
    [
        ('FATAL:  database "dev-shop" does not exist', {"name": "dev-shop"}),
        ('asyncpg.exceptions.InvalidAuthorizationSpecificationError: role "web" does not exist',
         {"user": "web"}),
    ],
)  # fmt: skip
def test_a_name_that_no_variable_sets_is_taken_from_the_refusal(
    words: str, database: dict[str, str]
) -> None:
    better = first(DRAFT, words)
    assert better is not None
    assert better.database == database
    assert first(replace(DRAFT, database=database), words) is None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("UndefinedFunction) function uuid_generate_v4() does not exist", "uuid-ossp"),
        ('UndefinedObjectError: operator class "gin_trgm_ops" does not exist for access',
         "pg_trgm"),
        ('type "citext" does not exist', "citext"),
        ('InsufficientPrivilegeError: permission denied to create extension "vector"', "vector"),
    ],
)  # fmt: skip
def test_an_extension_that_nobody_creates_comes_before_the_set_up(words: str, name: str) -> None:
    words = f"the setup 'alembic upgrade head' ended with 1\n{words}"
    better = first(DRAFT, words)
    assert better is not None
    assert better.setup == (f'CREATE EXTENSION IF NOT EXISTS "{name}"', *DRAFT.setup)
    again = first(better, words)
    assert again is None or again.setup.count(better.setup[0]) <= 1


def test_rows_for_tables_of_the_app_wait_for_its_start() -> None:
    words = "the setup 'seed' ended with 1\nUndefinedTable: relation \"a\" does not exist"
    better = first(DRAFT, words)
    assert better is not None
    assert (better.setup, better.seed) == (("alembic upgrade head",), ("seed",))


def test_words_without_a_remedy_give_nothing() -> None:
    assert first(DRAFT, "Segmentation fault") is None


def test_the_table_is_toml_with_every_value() -> None:
    draft = Draft(
        app="a:b", factory=True, directory="src/x", database_env={"URL": "{url}"},
        environment={"A": 'quote " and \\ and é', "B": ""}, setup=('python -c "x"',),
        seed=("rows.sql",), openapi="/api/openapi.json", writes=True,
        login=(Login(path="/login", json={"user": {"name": "a", "tags": [], "on": True}},
                     header={"Authorization": "Bearer {t}"}),),
    )  # fmt: skip
    table = tomllib.loads(draft.table())["tool"]["squall"]
    assert table["environment"] == {"A": 'quote " and \\ and é', "B": ""}
    assert table["setup"] == ['python -c "x"']
    assert table["login"][0]["json"] == {"user": {"name": "a", "tags": [], "on": True}}
    assert (table["factory"], table["writes"], table["directory"]) == (True, True, "src/x")


@pytest.mark.parametrize(
    ("name", "value", "closed"),
    [
        ("REDIS_URL", "redis://:p@cache.example:6379/1", "redis://127.0.0.1:9/1"),
        ("CELERY_BROKER_URL", "amqp://u:p@mq//", "amqp://127.0.0.1:9//"),
        ("SENTRY_DSN", "https://k@sentry.example/1", ""),
        ("REDIS_HOST", "cache", "127.0.0.1"),
        ("REDIS_PORT", "6379", "9"),
        ("OTLP_ENDPOINT", "jaeger:14268", "127.0.0.1:9"),
        ("PAYMENT_API", "https://pay.example/v1", "https://127.0.0.1:9/v1"),
        ("BACKEND_CORS_ORIGINS", "http://localhost:3000", None),
        ("FRONTEND_HOST", "http://localhost:5173", None),
        ("APP_PORT", "8000", None),
        ("NAME", "shop", None),
    ],
)
def test_an_address_outside_the_lab_is_closed(name: str, value: str, closed: str | None) -> None:
    assert closed_value(name, value) == closed


@pytest.mark.parametrize(
    ("name", "annotation", "value"),
    [
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "", "60"),
        ("ALGORITHM", "str", "HS256"),
        ("SMTP_PORT", "int", "9"),
        ("FIRST_SUPERUSER", "EmailStr", "squall-admin@example.com"),
        ("DEBUG", "bool", "false"),
        ("CACHE_REDIS_URL", "", "redis://127.0.0.1:9"),
        ("GUI_URI", "str", "http://127.0.0.1:9"),
        ("SECURITY_PASSWORD_SALT", "str", SECRET),
        ("JWT_TOKEN_PREFIX", "str", "Bearer"),
        ("SECRET_KEY", "str", SECRET),
    ],
)
def test_an_invented_value_fits_name_and_type(name: str, annotation: str, value: str) -> None:
    assert invented_value(name, annotation) == value


def test_of_two_addresses_the_one_for_asyncio_gets_the_async_driver() -> None:
    draft = Draft(app="a:b", database_env={"URL": "{psycopg2}", "ASYNC_URL": "{psycopg2}"})
    better = first(draft, "The asyncio extension requires an async driver")
    assert better is not None
    assert better.database_env == {"URL": "{psycopg2}", "ASYNC_URL": "{asyncpg}"}


def test_without_a_server_of_redis_the_app_is_tried_without_it() -> None:
    needs = Dependency(
        name="redis", kind="redis", environment={"REDIS_URL": "{url}", "REDIS_PASSWORD": ""}
    )
    draft = replace(DRAFT, dependencies=(needs,))
    better = first(draft, "the app depends on Redis, and no server was found; install one with: …")
    assert better is not None
    assert (better.dependencies, better.environment) == ((), {"REDIS_URL": "redis://127.0.0.1:9"})
    assert tomllib.loads(draft.table())["tool"]["squall"]["dependencies"] == [
        {"name": "redis", "kind": "redis", "environment": dict(needs.environment)}
    ]


def test_a_folder_that_is_both_a_root_and_a_package_gets_both_roots() -> None:
    draft = replace(DRAFT, directory="src/app", environment={})
    words = "ModuleNotFoundError: No module named 'app.dependencies'"
    better = first(draft, words)
    assert better is not None
    assert better.environment == {"PYTHONPATH": ".."}
    assert first(better, words) is None
    assert first(draft, "ModuleNotFoundError: No module named 'apple'") is None
    assert first(replace(draft, directory=""), words) is None


@pytest.mark.parametrize("started", ["the setup 'alembic upgrade head' ended with 1", "the app x"])
def test_what_lies_in_a_folder_below_is_found_there(started: str) -> None:
    draft = replace(DRAFT, below={"x": "src", "y": "shop/parts"}, environment={})
    words = started + "\nModuleNotFoundError: No module named '{}'"
    better = first(draft, words.format("x.z"))
    assert better is not None
    assert better.environment == {"PYTHONPATH": "src"}
    assert "below" not in tomllib.loads(better.table())["tool"]["squall"]
    both = first(better, words.format("y"))
    assert both is not None
    assert both.environment == {"PYTHONPATH": "src:shop/parts"}
    other = first(both, words.format("y")) or both
    assert other.environment == both.environment

"""``[tool.squall]``: every mistake is told with its line and what would be right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness import UsageError
from harness.scenario.config import LOGIN_KEYS, OPERATION_KEYS, configured, skips
from harness.scenario.config_checks import KEYS
from harness.scenario.profile import DatabaseAddress

GOOD = """\
[project]
name = "shop"

[tool.squall]
app = "shop.main:app"
database_env = {DATABASE_URL = "{asyncpg}", DB_HOST = "{host}"}
setup = ["alembic upgrade head"]
ready = "/readyz"
deadline_seconds = 2.5
most_sessions = 15
written_keys = "SELECT key, count(*) FROM orders GROUP BY key"

[[tool.squall.operations]]
name = "place"
method = "POST"
path = "/orders"
effect = "idempotent-write"
body = {item = "{int:1..9}"}
headers = {Idempotency-Key = "{key}"}
"""

OPERATION = (
    '[[tool.squall.operations]]\nname = "read"\nmethod = "GET"\npath = "/items"\neffect = "read"\n'
)


def written(directory: Path, text: str) -> Path:
    (directory / "pyproject.toml").write_text(text)
    return directory


def test_a_good_table_is_a_profile(tmp_path: Path) -> None:
    profile = configured(written(tmp_path, GOOD))
    assert profile is not None
    assert (profile.target, profile.ready_path, profile.has_readiness) == (
        "shop.main:app",
        "/readyz",
        True,
    )
    assert profile.contract.deadline_seconds == 2.5
    assert profile.contract.most_sessions == 15
    assert profile.contract.written_keys_declared
    assert not profile.contract.totals_declared
    assert [one.path for one in profile.operations] == ["/orders"]
    address = DatabaseAddress(user="app", host="127.0.0.1", port=5, name="app")
    assert profile.database_environment(address) == {
        "DATABASE_URL": "postgresql+asyncpg://app:squall@127.0.0.1:5/app",
        "DB_HOST": "127.0.0.1",
    }


@pytest.mark.parametrize("text", ["", "[tool.other]\nx = 1\n"])
def test_without_the_table_there_is_no_profile(tmp_path: Path, text: str) -> None:
    assert configured(written(tmp_path, text)) is None
    assert configured(tmp_path / "nowhere") is None


MISTAKES = [
    ("ap = 'x:y'", "2: [tool.squall] has no 'ap'; did you mean app?"),
    ("app = 3", "2: [tool.squall] app must be an import string"),
    ("app = ''", "app must be an import string"),
    ("factory = true", "[tool.squall] needs app"),
    ("app = 'x:y'\nfactory = 'yes'", "3: [tool.squall] factory must be true or false"),
    ("app = 'x:y'\ndatabase_env = 'DATABASE_URL'", "database_env must be a table of variables"),
    ("app = 'x:y'\ndatabase_env = {X = 1}", "database_env must be a table of variables"),
    ("app = 'x:y'\nsetup = 'alembic upgrade head'", "setup must be a list of commands"),
    ("app = 'x:y'\nready = 'readyz'", "ready must be a path, such as /readyz"),
    ("app = 'x:y'\nlive = 1", "live must be a path, such as /livez"),
    ("app = 'x:y'\nopenapi = ''", "openapi must be a path"),
    ("app = 'x:y'\nwrites = 1", "writes must be true or false"),
    ("app = 'x:y'\nheaders = []", "headers must be a table"),
    ("app = 'x:y'\ndeadline_seconds = 0", "deadline_seconds must be a number of seconds"),
    ("app = 'x:y'\ndeadline_seconds = 61", "more than 0 and at most 60, got 61"),
    ("app = 'x:y'\nerror_statuses = [42]", "error_statuses must be a list of HTTP statuses"),
    ("app = 'x:y'\nerror_media_type = 1", "error_media_type must be a media type"),
    ("app = 'x:y'\nmost_sessions = 0", "most_sessions must be the sessions that all pools"),
    ("app = 'x:y'\nmost_sessions = true", "1 or more, got True"),
    ("app = 'x:y'\nconserved = ['a']", "conserved must be a table"),
    ("app = 'x:y'\nlogin = {path = '/x'}", "login must be an array of tables"),
    ("app = 'x:y'\n[[tool.squall.login]]\npath = 'x'", "login: path must be a path that starts"),
    ("app = 'x:y'\n[[tool.squall.login]]\npath = '/x'\nbody = {}", "login has no 'body'; known:"),
    ("app = 'x:y'\npython = 'no/such'", "python 'no/such': is not there"),
    ("app = 'x:y'\noperations = ['a']", "operations must be an array of tables"),
    ("app = 'x:y'\n" + OPERATION.replace("GET", "FETCH"), "operation 'read': method must be one"),
    ("app = 'x:y'\n" + OPERATION.replace("/items", "items"), "path must be a path that starts"),
    ("app = 'x:y'\n" + OPERATION.replace('"read"\n', '"look"\n'), "effect must be one of read"),
    ("app = 'x:y'\n" + OPERATION + "wait = 1\n", "operation 'read' has no 'wait'"),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        configured(written(tmp_path, "[tool.squall]\n" + text))
    assert told in str(raised.value)
    assert "pyproject.toml:" in str(raised.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        configured(written(tmp_path, "[tool.squall]\nready = 1\nwrites = 2\n"))
    assert len(str(raised.value).splitlines()) == 3


def test_what_is_no_toml_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not TOML"):
        configured(written(tmp_path, "[tool.squall\n"))


def test_metrics_and_gauges_are_read(tmp_path: Path) -> None:
    table = '[tool.squall]\napp = "shop.main:app"\n'
    gauges = '[tool.squall.gauges]\nused = []\nstate = ["closed", "open"]\n'
    profile = configured(written(tmp_path, f"{table}{gauges}"))
    assert profile is not None
    assert profile.metrics_path == "/metrics"  # whoever names gauges has metrics
    assert profile.gauges == {"used": (), "state": ("closed", "open")}
    profile = configured(written(tmp_path, f'{table}metrics = "/m"\n'))
    assert profile is not None
    assert (profile.metrics_path, profile.gauges) == ("/m", {})
    profile = configured(written(tmp_path, table))
    assert profile is not None
    assert profile.metrics_path is None


@pytest.mark.parametrize("bad", ['used = "x"', "used = [1]", "used = 3"])
def test_gauges_that_are_no_lists_of_words_are_refused(tmp_path: Path, bad: str) -> None:
    text = f'[tool.squall]\napp = "shop.main:app"\n[tool.squall.gauges]\n{bad}\n'
    with pytest.raises(UsageError, match=r"gauges must be a table of gauges, each with \[\]"):
        configured(written(tmp_path, text))


def test_what_is_left_out_is_known_without_an_app(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.squall.skip]\nslow-network = "it is slow"\n')
    assert skips(tmp_path) == {"slow-network": "it is slow"}
    assert configured(tmp_path) is None
    assert skips(tmp_path / "elsewhere") == {}


@pytest.mark.parametrize("wrong", ['["slow-network"]', '{slow-network = ""}', "{slow-network = 1}"])
def test_what_is_left_out_has_a_reason(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.squall]\nskip = {wrong}\n")
    with pytest.raises(UsageError, match=r"toml:2: .* skip must be a table .* with the reason"):
        skips(tmp_path)


def test_the_reference_has_every_key_and_no_other() -> None:
    page = (Path(__file__).parents[4] / "docs/reference/configuration.md").read_text("utf-8")
    keys, operation, login = (
        {
            word
            for line in part.splitlines()
            if line.startswith("| `")
            for word in re.findall(r"`(\w+)`", line.split("|")[1])
        }
        for part in page.split("\n## ")
    )
    assert keys == set(KEYS)
    assert operation == OPERATION_KEYS
    assert login == set(LOGIN_KEYS)

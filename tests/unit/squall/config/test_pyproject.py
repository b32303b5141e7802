"""``[tool.squall]``: every mistake is told with its line and what would be right."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from squall import UsageError
from squall.config.dependencies import AppWorker, Dependency
from squall.config.keys import KEYS
from squall.config.profile import REFERENCE, AppProfile, DatabaseAddress
from squall.config.pyproject import LOGIN_KEYS, OPERATION_KEYS, load_profile, load_skips
from squall.config.upstream_answers import DeclaredAnswer
from squall.history.evidence import Contract

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
    profile = load_profile(written(tmp_path, GOOD))
    assert profile is not None
    assert (profile.app, profile.ready_path, profile.has_readiness) == (
        "shop.main:app",
        "/readyz",
        True,
    )
    assert profile.contract.deadline_seconds == 2.5
    assert profile.contract.most_sessions == 15
    assert profile.contract.written_keys_declared
    assert not profile.contract.totals_declared
    assert [one.path for one in profile.operations] == ["/orders"]
    address = DatabaseAddress(
        user="app",
        password="secret",  # noqa: S106 - of no server
        host="127.0.0.1",
        port=5,
        name="app",
    )
    assert profile.database_environment(address) == {
        "DATABASE_URL": "postgresql+asyncpg://app:secret@127.0.0.1:5/app",
        "DB_HOST": "127.0.0.1",
    }


@pytest.mark.parametrize("text", ["", "[tool.other]\nx = 1\n"])
def test_without_the_table_there_is_no_profile(tmp_path: Path, text: str) -> None:
    assert load_profile(written(tmp_path, text)) is None
    assert load_profile(tmp_path / "nowhere") is None


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
    (
        "app = 'x:y'\n" + OPERATION + "weight = 0\n",
        "operation 'read': weight must be 1 or more, got 0",
    ),
    ("app = 'x:y'\n" + OPERATION + "bodies = 'x'\n", "bodies must be a list, got 'x'"),
    ("app = 'x:y'\n" + OPERATION + "media = 'xml'\n", "media must be one of json, form, multipart"),
    ("app = 'x:y'\n" + OPERATION + "read_back = 3\n", "read_back must be a text, got 3"),
    ("app = 'x:y'\n" + OPERATION + "read_back_share = 2\n", "must be a share from 0 to 1, got 2"),
    ("app = 'x:y'\n" + OPERATION + "headers = {A = 1}\n", "headers must be a text, got 1"),
    ("app = 'x:y'\n" + OPERATION + "not_before = 1\n", "operation 'read' has no 'not_before'"),
    ("app = 'x:y'\n[[tool.squall.operations]]\nname = 'x'\n", "operation 'x' needs path"),
    ("app = 'x:y'\n[[tool.squall.login]]\nmethod = 'POST'\n", "login needs path, basic or sql"),
    ("app = 'x:y'\nsetup = ['']", "setup must be a list of commands"),
    ("app = 'x:y'\nwrites = 'true'", "writes must be true or false, got 'true'"),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_profile(written(tmp_path, "[tool.squall]\n" + text))
    assert told in str(raised.value)
    assert "pyproject.toml:" in str(raised.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        load_profile(written(tmp_path, "[tool.squall]\nready = 1\nwrites = 2\n"))
    assert len(str(raised.value).splitlines()) == 3


def test_what_is_no_toml_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not TOML"):
        load_profile(written(tmp_path, "[tool.squall\n"))


def test_metrics_and_gauges_are_read(tmp_path: Path) -> None:
    table = '[tool.squall]\napp = "shop.main:app"\n'
    gauges = '[tool.squall.gauges]\nused = []\nstate = ["closed", "open"]\n'
    profile = load_profile(written(tmp_path, f"{table}{gauges}"))
    assert profile is not None
    assert profile.metrics == "/metrics"  # whoever names gauges has metrics
    assert profile.gauges == {"used": (), "state": ("closed", "open")}
    profile = load_profile(written(tmp_path, f'{table}metrics = "/m"\n'))
    assert profile is not None
    assert (profile.metrics, profile.gauges) == ("/m", {})
    profile = load_profile(written(tmp_path, table))
    assert profile is not None
    assert profile.metrics is None


@pytest.mark.parametrize("bad", ['used = "x"', "used = [1]", "used = 3"])
def test_gauges_that_are_no_lists_of_words_are_refused(tmp_path: Path, bad: str) -> None:
    text = f'[tool.squall]\napp = "shop.main:app"\n[tool.squall.gauges]\n{bad}\n'
    with pytest.raises(UsageError, match=r"gauges must be a table of gauges, each with \[\]"):
        load_profile(written(tmp_path, text))


def test_what_is_left_out_is_known_without_an_app(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.squall.skip]\nslow-network = "it is slow"\n')
    assert load_skips(tmp_path) == {"slow-network": "it is slow"}
    assert load_profile(tmp_path) is None
    assert load_skips(tmp_path / "elsewhere") == {}


@pytest.mark.parametrize("wrong", ['["slow-network"]', '{slow-network = ""}', "{slow-network = 1}"])
def test_what_is_left_out_has_a_reason(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.squall]\nskip = {wrong}\n")
    with pytest.raises(UsageError, match=r"toml:2: .* skip must be a table .* with the reason"):
        load_skips(tmp_path)


PAGE = Path(__file__).parents[4] / "docs/reference/configuration.md"


def rows(part: str) -> dict[str, list[str]]:
    """Cells of each row of a table, by the keys of its first cell."""
    cells = [re.split(r" \| ", line.strip("| ")) for line in part.splitlines() if line[:3] == "| `"]
    return {key: row[1:] for row in cells for key in re.findall(r"`(\w+)`", row[0])}


def test_the_page_has_every_key_with_what_the_table_says_of_it() -> None:
    page = PAGE.read_text("utf-8").replace("\n### `[[", "\n## `[[")
    keys, operation, login, dependency, answer, process = map(rows, page.split("\n## "))
    assert keys == {
        name: [key.meaning, key.left_out, key.flag]
        if key.flag
        else [key.meaning, key.left_out, "-"]
        for name, key in KEYS.items()
    }
    assert set(operation) == set(OPERATION_KEYS)
    assert set(login) == set(LOGIN_KEYS)
    assert set(dependency) == {field.name for field in dataclasses.fields(Dependency)}
    assert set(answer) == {field.name for field in dataclasses.fields(DeclaredAnswer)}
    assert set(process) == {field.name for field in dataclasses.fields(AppWorker)}


def test_dependencies_and_processes_are_read(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        '[tool.squall]\napp = "shop.main:app"\n[[tool.squall.dependencies]]\nname = "cache"\n'
        'kind = "redis"\nenvironment = {REDIS_URL = "redis://{host}:{port}/0"}\n'
        '[[tool.squall.processes]]\nname = "worker"\ncommand = "arq shop.worker.Settings"\n',
    )
    profile = load_profile(file)
    assert profile is not None
    (cache,) = profile.dependencies
    assert cache.filled("127.0.0.1", 6000) == {"REDIS_URL": "redis://127.0.0.1:6000/0"}
    assert profile.processes == (AppWorker(name="worker", command="arq shop.worker.Settings"),)
    assert profile.attached(log_known=False).dependencies == ()


def with_answer(table: str) -> str:
    return f'name = "x"\nkind = "http"\nanswers = [{table}]'


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('name = "x"\nkind = "mongo"', "dependency 'x': kind must be one of redis, http, tcp"),
        ('kind = "redis"', "dependency '?' needs name"),
        ('name = "app"\nkind = "redis"', "dependency 'app': a proxy of this name is there"),
        ('name = "My Cache"\nkind = "redis"', "name must be small letters, digits and hyphens"),
        ('name = "x"\nkind = "tcp"\ncommand = "y"', "kind tcp needs command, one that listens"),
        ('name = "x"\nkind = "redis"\ncommand = "y"', "kind redis takes no command"),
        ('name = "x"\nkind = "http"\ncommand = "y"', "kind http takes no command"),
        ('name = "x"\nkind = "http"', "kind http needs answers or openapi"),
        ('name = "x"\nkind = "redis"\nopenapi = "y"', "answers and openapi are for kind http"),
        (with_answer("{path = 3}"), "dependency 'x': answers: path must be a text, got 3"),
        (with_answer("{}"), "dependency 'x': answers needs path"),
        (with_answer('{path = "/", bdy = "x"}'), "answers has no 'bdy'; did you mean body?"),
        (with_answer('{path = "rates"}'), "answers: path 'rates' must start with / or *"),
        (
            with_answer('{path = "/", method = "get"}'),
            "method must be capitals, such as POST, or *",
        ),
        (with_answer('{path = "/", status = 99}'), "status must be from 200 to 599, got 99"),
        (with_answer('{path = "/", body = "x", json = 1}'), "more than one of json, body and file"),
        (with_answer('{path = "/", headers = {X = "a\\nb"}}'), "a header must be one line"),
    ],
)
def test_a_dependency_that_cannot_be_started_is_refused(
    tmp_path: Path, table: str, told: str
) -> None:
    text = f'[tool.squall]\napp = "shop.main:app"\n[[tool.squall.dependencies]]\n{table}\n'
    with pytest.raises(UsageError, match=re.escape(told)):
        load_profile(written(tmp_path, text))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('{user = "a b"}', "user must be letters, digits, hyphens and underscores, got 'a b'"),
        ('{host = "db"}', "database has no 'host'; known: user, password, name, port"),
        ('{port = "x"}', "database: port must be a number as a text, got 'x'"),
    ],
)
def test_fixed_names_of_a_database_are_names(tmp_path: Path, table: str, told: str) -> None:
    text = f'[tool.squall]\napp = "shop.main:app"\ndatabase = {table}\n'
    with pytest.raises(UsageError, match=re.escape(told)):
        load_profile(written(tmp_path, text))


def test_an_unknown_placeholder_of_a_dependency_is_told() -> None:
    wrong = Dependency(name="x", kind="redis", environment={"URL": "redis://{adress}"})
    with pytest.raises(UsageError, match=r"'adress' is not a placeholder; there are \{host\}"):
        wrong.filled("127.0.0.1", 1)


NOT_FIELDS = {"directory", "plugins", "skip"}
"""Keys that say where, and not what, the app is."""


def test_a_key_has_the_name_of_its_field() -> None:
    fields = {each.name for kind in (AppProfile, Contract) for each in dataclasses.fields(kind)}
    assert set(KEYS) - fields == NOT_FIELDS


def test_the_reference_app_can_be_configured_like_another_one(tmp_path: Path) -> None:
    text = '[tool.squall]\napp = "reference"\ndeadline_seconds = 2\nenvironment = {A = "b"}\n'
    profile = load_profile(written(tmp_path, text))
    assert profile is not None
    assert (profile.name, profile.contract.deadline_seconds) == ("reference", 2.0)
    assert profile.environment == {"A": "b"}
    assert (profile.app, profile.operations) == (REFERENCE.app, REFERENCE.operations)

"""What a login makes a secret, and what it leaves readable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from squall.config.profile import REFERENCE
from squall.core.secrets import INVENTED, forget, redact
from squall.lab.app_client import AppClient
from squall.lab.login_flow import log_in, remember_secrets
from squall.workload.http_exchange import Answer
from squall.workload.login import Login


@pytest.fixture(autouse=True)
def no_secrets() -> Iterator[None]:
    yield
    forget()


def test_the_name_of_the_apps_folder_is_no_secret(tmp_path: Path) -> None:
    folder = tmp_path / "shop_backend"
    environment = {"TOKEN_ISSUER": "shop_backend", "TOKEN_KEY": "kept_to_itself"}
    remember_secrets(replace(REFERENCE, cwd=folder, environment=environment))
    assert (
        redact("report: /srv/shop_backend/report.html") == "report: /srv/shop_backend/report.html"
    )
    assert redact("key kept_to_itself") == "key [secret]"


def test_what_names_a_file_of_the_project_or_was_invented_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "package_name").mkdir()
    environment = {
        "PYTHONPATH": "package_name", "KEY_PATH": INVENTED, "OTHER_PATH": "package_of_others",
        "LONG_KEY": "k" * 5000,
    }  # fmt: skip
    remember_secrets(replace(REFERENCE, cwd=tmp_path, environment=environment))
    assert redact("at package_name/models.py:4") == "at package_name/models.py:4"
    assert redact(f"No such file: {INVENTED}") == f"No such file: {INVENTED}"
    assert redact("at package_of_others, " + "k" * 5000) == "at [secret], [secret]"


class Client:
    """Answers each request with the next of these."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = [*answers]
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self.keeps_cookies = False

    async def send(self, *_args: Any, **_given: Any) -> Answer:
        return self.answers.pop(0)

    def credentials(self) -> dict[str, str]:
        return self.headers


async def test_the_token_is_a_secret_and_words_of_answers_are_none() -> None:
    refused = Answer(status=500, body=b'{"title": "Internal Server Error", "token": "not-given"}')
    given = Answer(status=200, body=b'{"status": "success", "access_token": "a1b2c3d4"}')
    steps = (
        Login(path="/register", json={}, accept=(500,)),
        Login(path="/login", json={}, header={"Authorization": "Bearer {access_token}"}),
    )
    client = Client(refused, given)
    await log_in(cast("AppClient", client), replace(REFERENCE, login=steps))
    assert redact("success: Internal Server Error") == "success: Internal Server Error"
    assert redact("token a1b2c3d4") == "token [secret]"

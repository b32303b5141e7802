"""Which servers an app calls, what they are asked, and what of their answers is read."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest
from squall.config.init.draft import Draft
from squall.config.init.find_database import Known
from squall.config.init.find_upstreams import find_upstreams
from squall.config.init.project import Module
from squall.config.init.scan_source import scan_source

APP = """
import httpx
client = httpx.AsyncClient(base_url=RATES_URL)

@app.get("/quotes")
async def quotes(): ...

async def rate_of(currency):
    answer = await client.get(f"/rates/{currency}?at=now")
    return float(answer.json()["rate"])

async def charge(order):
    body = (await client.post(f"{RATES_URL}/charges/{order.id}/confirm", json={})).json()
    return body.get("charge_id"), body["approved"]

async def ping():
    await client.get("https://elsewhere.example/ping")
"""
RATES = Known(name="RATES_URL", value="http://rates:8080/v1/", place="main.py:3", read=True)


def module(text: str) -> Module:
    return Module(Path("main.py"), text, ast.parse(text))


def found(text: str = APP, **changes: Any) -> Any:
    known = Known(
        **{"name": RATES.name, "value": RATES.value, "place": "", "read": True, **changes}
    )
    return find_upstreams([known], [module(text)])


def test_the_calls_and_the_fields_that_are_read_become_answers() -> None:
    (rates,) = found()
    assert (rates.name, rates.kind, rates.environment) == (
        "rates", "http", {"RATES_URL": "{url}/v1"},
    )  # fmt: skip
    assert [(one.method, one.path, one.json) for one in rates.answers] == [
        ("GET", "/v1/rates/{p1}", {"rate": 1.25}),
        ("POST", "/v1/charges/{p1}/confirm", {"charge_id": "text", "approved": True}),
    ]
    assert not [problem for one in rates.answers for problem in one.problems()]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "FRONTEND_URL"},
        {"name": "DATABASE_URL", "value": "postgresql://x"},
        {"value": "amqp://queue"},
        {"read": False},
        {"text": "import httpx\nasync def f():\n    await client.get('https://a.example/b')"},
        {"text": APP.replace("import httpx", "import mail")},
    ],
)
def test_what_is_no_server_or_is_never_called_by_a_path_has_no_stand_in(changes: Any) -> None:
    assert found(**changes) == ()


def test_the_table_has_the_answers() -> None:
    table = tomllib.loads(Draft(app="main:app", dependencies=found()).table())["tool"]["squall"]
    (rates,) = table["dependencies"]
    assert rates["answers"][0] == {"path": "/v1/rates/{p1}", "json": {"rate": 1.25}}
    assert rates["answers"][1]["method"] == "POST"


def test_a_client_of_aws_is_refused_at_once(tmp_path: Path) -> None:
    app = "from fastapi import FastAPI\nimport {module}\nimport os\napp = FastAPI()\n"
    (tmp_path / "main.py").write_text(
        app.format(module="boto3") + "os.environ['AWS_DEFAULT_REGION']\n"
    )
    (tmp_path / ".env.example").write_text("AWS_DEFAULT_REGION=eu-central-1\n")
    given = scan_source(tmp_path)[0].environment
    assert (given["AWS_MAX_ATTEMPTS"], given["AWS_DEFAULT_REGION"]) == ("1", "eu-central-1")
    (tmp_path / "main.py").write_text(app.format(module="json"))
    assert "AWS_MAX_ATTEMPTS" not in scan_source(tmp_path)[0].environment


@pytest.mark.parametrize(
    ("call", "paths"),
    [
        ("await client.get(settings.RATES_URL, params={})", ["/v1"]),
        ("requests.get(RATES_URL)", ["/v1"]),
        ("requests.get(settings.OTHER_URL)", []),
        ("await client.get(address)", []),
    ],
)
def test_a_variable_may_hold_the_whole_address_that_is_called(call: str, paths: list[str]) -> None:
    text = f"import httpx\nasync def verify():\n    return ({call}).json()['valid']\n"
    answers = [one for each in found(text) for one in each.answers]
    assert [one.path for one in answers] == paths
    assert all(one.json == {"valid": True} for one in answers)

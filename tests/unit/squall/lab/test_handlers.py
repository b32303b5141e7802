"""Which function answers an operation: read from the source, and nothing if it is not certain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.gates.verdict import Finding, Verdict
from squall.history.op import Op, Outcome
from squall.lab.handlers import find_routes, handler_of, locate_handlers
from squall.workload.operations import Operation

MAIN = """
from fastapi import FastAPI
from shop.items import router

app = FastAPI()
app.include_router(router, prefix="/api/items")


@app.get("/health")
async def health(): ...


@app.api_route("/any", methods=["GET", "POST"])
def whatever(): ...


@app.get("/api/{kind}/latest")
def latest(kind: str): ...
"""

ITEMS = """
from fastapi import APIRouter

router = APIRouter()


@router.get("/{item_id}")
def read_item(item_id: int): ...


@router.get("")
def list_items(): ...


@router.post(path="/{item_id}/reserve-{count}")
@logged
def reserve(item_id: int, count: int): ...
"""

LIST = "shop/items.py:12 in list_items"
USERS = """
@router.get("/{user_id}")
def read_user(user_id: int): ...


@router.get("")
def list_users(): ...
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/main.py").write_text(MAIN)
    (tmp_path / "shop/items.py").write_text(ITEMS)
    return tmp_path


def operation(method: str, path: str, name: str = "x") -> Operation:
    return Operation(name=name, method=method, path=path, effect="read")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (operation("GET", "/health"), "shop/main.py:10 in health"),
        (operation("GET", "/any?x=1"), "shop/main.py:14 in whatever"),
        (operation("POST", "/any"), "shop/main.py:14 in whatever"),
        (operation("GET", "/api/items/7"), "shop/items.py:8 in read_item"),
        (operation("GET", "/api/items/{int:1..9}"), "shop/items.py:8 in read_item"),
        (operation("POST", "/api/items/7/reserve-3"), "shop/items.py:17 in reserve"),
        (operation("GET", "/api/items/latest"), "shop/main.py:18 in latest"),
        (operation("DELETE", "/health"), ""),
        (operation("GET", "/api/items", "list_items_api_items_get"), LIST),
        (operation("GET", "/api/items/", "items-list_items"), LIST),
        (operation("GET", "/api/items/", "v1:items:list_items"), LIST),
    ],
    ids=lambda value: getattr(value, "path", value),
)  # fmt: skip
def test_method_and_path_lead_to_the_function(root: Path, asked: Operation, expected: str) -> None:
    assert handler_of(asked, find_routes(root, "shop.main:app")) == expected


def test_two_that_fit_equally_are_told_apart_by_the_operations_name_or_not_at_all(
    root: Path,
) -> None:
    (root / "shop/users.py").write_text(USERS)
    routes = find_routes(root, "shop.main:app")
    assert handler_of(operation("GET", "/api/items/7"), routes) == ""
    by_name = operation("GET", "/api/users/7", "read_user_api_users__user_id__get")
    assert handler_of(by_name, routes) == "shop/users.py:3 in read_user"


def test_of_two_that_fit_equally_the_one_in_the_apps_own_module_answers(root: Path) -> None:
    own = "\n@app.get('/api/items/{number}')\ndef mine(number: int): ...\n"
    (root / "main.py").write_text(own)
    (root / "other.py").write_text(own)
    asked = operation("GET", "/api/items/7")
    for app in ("main:app", "gunicorn main:app --port {port}"):
        assert handler_of(asked, find_routes(root, app)) == "main.py:3 in mine"
    assert handler_of(asked, find_routes(root, "shop.main:app")) == ""


@pytest.mark.parametrize(
    ("app", "known"),
    [("shop.main:app", True), ("gunicorn shop.main:app --port {port}", True), ("other:app", False)],
)
def test_an_app_that_is_no_part_of_the_project_has_no_function_there(
    root: Path, app: str, known: bool
) -> None:
    assert bool(find_routes(root, app)) is known


def op(number: int, name: str, *, status: int = 200, seconds: float = 0.01) -> Op:
    return Op(
        id=number, name=name, effect="read", key=None, intended=1.0, sent=1.0, done=1.0 + seconds,
        outcome=Outcome.APPLIED if status == 200 else Outcome.UNKNOWN, content_type=None,
        retry_after=None, status=status, error=None, body="",
    )  # fmt: skip


def test_only_operations_without_a_good_answer_or_with_a_finding_are_located(root: Path) -> None:
    profile = replace(
        AppProfile(name="shop", app="shop.main:app", contract=DEFAULT_CONTRACT), cwd=root,
        operations=(operation("GET", "/health", "health"), operation("GET", "/any", "any"),
                    operation("GET", "/api/items/7", "item")),
    )  # fmt: skip
    answers = [op(1, "health"), op(2, "any", status=500), op(3, "item", seconds=4.0)]
    located = list(locate_handlers(profile, answers, at=9.0))
    assert [(each.operation, each.place) for each in located] == [
        ("any", "shop/main.py:14 in whatever"),
        ("item", "shop/items.py:8 in read_item"),
    ]
    assert list(locate_handlers(profile, answers[:1], at=9.0)) == []
    hidden = Finding(gate="answer-unlike-calm", verdict=Verdict.FAIL, reason="x", ops=(1,))
    (lied,) = locate_handlers(profile, answers[:1], at=9.0, findings=[hidden])
    assert (lied.operation, lied.place) == ("health", "shop/main.py:10 in health")

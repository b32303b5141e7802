"""Traps of real apps, made small: what is asked, what is left out, and with which reason."""

from __future__ import annotations

import time
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel
from squall.core.errors import LabError
from squall.workload.login import Login


def paths(found: Any) -> list[str]:
    return sorted(f"{one.method} {one.path}" for one in found.profile.operations)


async def test_the_prefix_of_the_servers_is_obeyed(discovery_of: Any, database: Any) -> None:
    api = FastAPI(servers=[{"url": "/api/v1"}])
    app = FastAPI(openapi_url=None)

    @api.get("/now")
    def now() -> Any:
        return database.execute()

    app.mount("/api/v1", api)

    @app.get("/{path:path}", response_class=HTMLResponse)
    def front(path: str) -> str:
        return f"<html>{path}: the single-page app</html>"

    found = await discovery_of(app)  # the document is at a usual place, behind the front end
    assert paths(found) == ["GET /api/v1/now"]
    assert found.coverage.summary() == "1 of 1 operations requested (100%), 1 touch the database"


async def test_what_touches_no_database_is_measured(discovery_of: Any, database: Any) -> None:
    app = FastAPI()

    @app.get("/ping")
    def ping() -> str:
        return "pong"

    @app.get("/now")
    def now() -> Any:
        return database.execute()

    found = await discovery_of(app)
    assert {one.operation: one.statements for one in found.coverage.operations} == {
        "GET /now": 1.0, "GET /ping": 0.0,
    }  # fmt: skip
    weights = {one.name.split("_")[0]: one.weight for one in found.profile.operations}
    assert weights == {"now": 9, "ping": 1}


async def test_each_operation_has_a_connection_of_its_own(discovery_of: Any, database: Any) -> None:
    """uvicorn closes the connection after an exception; the next operation must not notice."""
    app = FastAPI()

    @app.get("/")
    def front() -> None:
        raise RuntimeError("index.html does not exist")

    @app.post("/b")
    def b() -> Any:
        return database.execute()

    found = await discovery_of(app, writes=True)
    assert paths(found) == ["POST /b"]
    assert dict(found.left_out) == {"GET /": "fails without a fault: 500"}


async def test_a_list_is_asked_before_its_items(discovery_of: Any, database: Any) -> None:
    app = FastAPI()

    @app.get("/shops/{shop_id}/items/{slug}")
    def item(shop_id: str, slug: str) -> Any:
        if (shop_id, slug) not in {("s-77", "red lamp"), ("s-77", "blue")}:
            raise HTTPException(404)
        return database.execute()

    @app.get("/shops")
    def shops() -> list[dict[str, str]]:
        return [{"id": "s-77"}]

    @app.get("/items")
    def items() -> dict[str, Any]:
        return {"count": 2, "data": [{"slug": "red lamp"}, {"slug": "blue"}]}

    found = await discovery_of(app)
    assert "GET /shops/s-77/items/{one:red%20lamp|blue}" in paths(found)
    assert found.coverage.share == 1


async def test_a_parameter_of_the_table_is_used_everywhere(
    discovery_of: Any, database: Any
) -> None:
    app = FastAPI()

    @app.get("/{organization}/cases")
    def cases(organization: str, tenant: Annotated[str, Header()]) -> Any:
        if (organization, tenant) != ("default", "t1"):
            raise HTTPException(404)
        return database.execute()

    left = await _left_out(discovery_of, app)
    assert "no value for 'organization'" in left
    found = await discovery_of(app, parameters={"organization": "default", "tenant": "t1"})
    assert paths(found) == ["GET /default/cases"]


async def _left_out(discovery_of: Any, app: FastAPI) -> str:
    with pytest.raises(LabError) as raised:
        await discovery_of(app)
    return str(raised.value)


class Note(BaseModel):
    text: str


async def test_what_a_post_made_is_read_and_changed(discovery_of: Any, database: Any) -> None:
    app, notes = FastAPI(), dict[str, str]()

    @app.post("/notes")
    def make(note: Note) -> dict[str, str]:
        assert note.text not in notes.values(), "each write must be unique"
        database.execute()
        notes[f"n{len(notes)}"] = note.text
        return {"id": f"n{len(notes) - 1}"}

    @app.get("/notes/{note_id}")
    def read(note_id: str) -> str:
        database.execute()
        return notes[note_id]

    @app.put("/notes/{note_id}")
    def change(note_id: str, note: Note) -> None:
        database.execute()
        notes[note_id] += note.text

    found = await discovery_of(app, writes=True)
    assert [one.partition("{")[0] for one in paths(found)] == [
        "GET /notes/", "POST /notes", "PUT /notes/",
    ]  # fmt: skip
    for one in found.profile.operations:
        named = set(one.path.partition("{one:")[2].rstrip("}").split("|"))
        assert named <= {"", *notes}, "only ids of what was made"


async def test_what_takes_the_rights_away_is_left_out(discovery_of: Any, database: Any) -> None:
    app, sessions = FastAPI(), set[str]()

    def user(authorization: str = Header("")) -> None:
        if authorization not in sessions:
            raise HTTPException(401)

    @app.post("/login")
    def login() -> dict[str, str]:
        sessions.add(f"Bearer {len(sessions)}")
        return {"access_token": str(len(sessions) - 1)}

    @app.get("/me", dependencies=[Depends(user)])
    def me() -> Any:
        return database.execute()

    @app.get("/end", dependencies=[Depends(user)])
    def end() -> None:
        sessions.clear()

    @app.get("/zoo", dependencies=[Depends(user)])
    def zoo() -> Any:
        return database.execute()

    login_step = Login(path="/login", header={"Authorization": "Bearer {access_token}"})
    found = await discovery_of(app, login=(login_step,))
    assert paths(found) == ["GET /zoo"] or paths(found) == ["GET /me", "GET /zoo"]
    assert "GET /end" in found.left_out


async def test_a_login_by_cookie_hands_the_csrf_token_back(
    discovery_of: Any, database: Any
) -> None:
    app = FastAPI()

    @app.post("/login")
    async def login(request: Request) -> Response:
        assert await request.body() == b"user=ann&password=hush"
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie("session", "s1")
        answer.set_cookie("csrftoken", "c1")
        return answer

    @app.get("/me")
    def me(request: Request) -> Any:
        if request.cookies.get("session") != "s1" or request.headers.get("x-csrftoken") != "c1":
            raise HTTPException(403)
        return database.execute()

    step = Login(path="/login", form={"user": "ann", "password": "hush"})
    found = await discovery_of(app, login=(step,))
    assert paths(found) == ["GET /me"]


async def test_a_login_that_leads_to_another_host_is_refused(
    discovery_of: Any, serving: Any
) -> None:
    elsewhere, stolen = FastAPI(), list[str]()

    @elsewhere.post("/steal")
    async def steal(request: Request) -> None:
        stolen.append((await request.body()).decode())

    with serving(elsewhere) as other:
        app = FastAPI()

        @app.post("/login")
        def login() -> Response:
            return RedirectResponse(f"{other}/steal", status_code=307)

        step = Login(path="/login", form={"password": "hush"})
        with pytest.raises(LabError, match="answered 307 with a redirect, which is not followed"):
            await discovery_of(app, login=(step,))
    assert stolen == []


async def test_a_document_page_cannot_lead_to_another_host(discovery_of: Any, serving: Any) -> None:
    elsewhere = FastAPI()
    with serving(elsewhere) as other:
        app = FastAPI(openapi_url=None)
        place = other.removeprefix("http://")

        @app.get("/docs", response_class=HTMLResponse)
        def docs() -> str:
            return f"<script>ui({{url: '@{place}/openapi.json'}})</script>"

        with pytest.raises(LabError) as raised:
            await discovery_of(app)
    assert "gives no OpenAPI document" in str(raised.value)


async def test_an_endless_event_stream_is_read_for_a_moment(
    discovery_of: Any, database: Any
) -> None:
    app = FastAPI()

    @app.get("/events")
    def events() -> StreamingResponse:
        def endless() -> Any:
            while True:
                yield f"data: {database.execute()}\n\n"
                time.sleep(0.01)

        return StreamingResponse(endless(), media_type="text/event-stream")

    found = await discovery_of(app)
    (profile,) = found.coverage.operations
    assert profile.note == "a stream: read for a moment, then left"
    assert profile.touches_database


async def test_what_is_slow_without_a_fault_is_left_out(discovery_of: Any, database: Any) -> None:
    app = FastAPI()

    @app.get("/hash")
    def slow() -> None:
        time.sleep(1.6)

    @app.get("/now")
    def now() -> Any:
        return database.execute()

    found = await discovery_of(app)
    assert paths(found) == ["GET /now"]
    assert "of a deadline of 3 s" in found.left_out["GET /hash"]

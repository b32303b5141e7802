"""Paths of websockets, which no OpenAPI document contains."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.scan_source import scan_source

TALK = "async def talk(ws: WebSocket"
CHAT = (
    "from fastapi import APIRouter, WebSocket\nrouter = APIRouter(prefix='/chat')\n"
    f"@router.websocket('/ws/{{room}}')\n{TALK}, room: int, token: str, db=Depends(x)): ...\n"
)
APP = "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ({"main.py": f"{APP}@app.websocket('/ws')\n{TALK}): ...\n"}, ("/ws",)),
        (
            {"main.py": f"{APP}@app.websocket('/ws/{{name:path}}')\n"
             f"{TALK}, q: str = Query(...)): ...\n"},
            ("/ws/{name}?q={q}",),
        ),
        ({"main.py": f"{APP}@app.get('/ws')\nasync def get(): ...\n"}, ()),
        (
            {"main.py": f"{APP}from api import chat\n"
             "app.include_router(chat.router, prefix='/api')\n",
             "api/chat.py": CHAT},
            ("/api/chat/ws/{room}?token={token}",),
        ),
        (
            {"main.py": f"{APP}from api import api as every\n"
             "app.include_router(every, prefix='/v1')\n",
             "api/__init__.py": "from fastapi import APIRouter\nfrom .chat import router as chat\n"
             "api = APIRouter()\napi.include_router(chat)\n", "api/chat.py": CHAT},
            ("/v1/chat/ws/{room}?token={token}",),
        ),
    ],
    ids=["app", "query", "no-websocket", "module", "nested"],
)  # fmt: skip
def test_a_path_has_the_prefixes_of_its_routers(
    tmp_path: Path, files: dict[str, str], paths: tuple[str, ...]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert scan_source(tmp_path, "main:app")[0].websockets == paths

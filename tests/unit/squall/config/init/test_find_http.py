"""The document of an app that mounts others."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.scan_source import scan_source

MOUNTED = "api = FastAPI(openapi_url='/docs.json')\napp.mount('/api', api)\n"


@pytest.mark.parametrize(
    ("text", "openapi"),
    [
        (f"app = FastAPI(openapi_url=None)\n{MOUNTED}", "/api/docs.json"),
        ("app = FastAPI(openapi_url=None)\nv1 = FastAPI()\napp.mount('/v1/', v1)\n",
         "/v1/openapi.json"),
        (f"app = FastAPI(openapi_url='/own.json')\n{MOUNTED}", "/own.json"),
        (f"app = FastAPI()\n{MOUNTED}", ""),
        ("app = FastAPI(openapi_url=None)\napp.mount('/static', StaticFiles())\n", ""),
    ],
    ids=["mounted", "usual-path", "own-document", "usual-document", "no-app"],
)  # fmt: skip
def test_an_app_without_a_document_may_mount_one_that_has_it(
    tmp_path: Path, text: str, openapi: str
) -> None:
    (tmp_path / "main.py").write_text(f"from fastapi import FastAPI\n{text}")
    http = scan_source(tmp_path, "main:app")[0].http
    assert http.openapi == openapi
    below = MOUNTED in text and openapi != "/api/docs.json"
    assert http.mounted == (("/api/docs.json",) if below else ())

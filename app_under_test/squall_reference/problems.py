"""Every error as problem details (RFC 9457): one shape, and nothing of the inside in it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from squall_reference.errors import InFlight, ServiceError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "1"
RETRIABLE = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)

SCHEMA: Mapping[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}

log = structlog.get_logger("orders")


def problem(
    status: int, title: str, detail: str = "", request_id: str | None = None, **more: object
) -> JSONResponse:
    """A problem object; 503 and 504 say when to come back (RFC 9110, 10.2.3)."""
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if request_id:
        body["request_id"] = request_id
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if status in RETRIABLE else None
    return JSONResponse(
        {**body, **more}, status_code=status, headers=headers, media_type=MEDIA_TYPE
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: these statuses come with a problem object."""
    content = {MEDIA_TYPE: {"schema": dict(SCHEMA)}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in (*statuses, *RETRIABLE)
    }


def _id_of(request: Request) -> str | None:
    found: str | None = getattr(request.state, "request_id", None)
    return found


async def _service_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ServiceError):
        return await _bug(request, error)
    metrics = getattr(request.app.state, "metrics", None)
    if metrics is not None:
        metrics.failed(type(error).__name__, error.sqlstate)
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return await _bug(request, error)
    answer = problem(error.status, error.title, error.detail, _id_of(request))
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, InFlight):
        answer.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return answer


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = problem(status, HTTPStatus(status).phrase, request_id=_id_of(request))
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        {"pointer": "/".join(map(str, entry["loc"])), "detail": entry["msg"]} for entry in found
    ]
    return problem(422, "Request is not valid", request_id=_id_of(request), errors=errors)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    log.error("bug", method=request.method, path=request.url.path, exc_info=error)
    return problem(500, "Internal error", request_id=_id_of(request))


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem object."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(Exception, _bug)

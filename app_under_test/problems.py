"""Every error as problem details (RFC 9457): one shape, and nothing of the inside in it."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app_under_test.errors import ServiceError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "1"
RETRIABLE = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)

log = logging.getLogger("orders")


def problem(status: int, title: str, detail: str = "", **extension: object) -> JSONResponse:
    """A problem object; 503 and 504 say when to come back (RFC 9110, 10.2.3)."""
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if status in RETRIABLE else None
    return JSONResponse(
        {**body, **extension}, status_code=status, headers=headers, media_type=MEDIA_TYPE
    )


async def _service_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ServiceError):
        return await _bug(_request, error)
    return problem(error.status, error.title, error.detail)


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = problem(status, HTTPStatus(status).phrase)
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        {"pointer": "/".join(map(str, entry["loc"])), "detail": entry["msg"]} for entry in found
    ]
    return problem(422, "Request is not valid", errors=errors)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
    return problem(500, "Internal error")


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem object."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(Exception, _bug)

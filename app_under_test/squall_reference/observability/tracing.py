"""OpenTelemetry, for those who install the extra ``otel`` and set ``ORDERS_TRACING``.

Where the spans go is configured by OpenTelemetry's own environment variables.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

INSTALL = "pip install 'squall[app,otel]'"


def install(app: FastAPI, engine: AsyncEngine) -> None:
    """A span for each request and for each statement.

    Raises:
        RuntimeError: the extra is not installed.
    """
    try:
        from opentelemetry.instrumentation.fastapi import (  # noqa: PLC0415 - optional
            FastAPIInstrumentor,
        )
        from opentelemetry.instrumentation.sqlalchemy import (  # noqa: PLC0415 - optional
            SQLAlchemyInstrumentor,
        )
    except ImportError as error:
        raise RuntimeError(f"ORDERS_TRACING needs OpenTelemetry: {INSTALL}") from error
    FastAPIInstrumentor.instrument_app(app)
    SQLAlchemyInstrumentor().instrument(engine=engine.sync_engine)

"""Everything that is set from outside, read from the environment once.

``DATABASE_URL`` is the address, and ``REDIS_URL`` and ``CARRIER_URL`` those of what may be there
besides; the other names start with ``ORDERS_``. Time-outs follow from the
request deadline (drawing in :mod:`squall_reference.resilience.timeouts`). The two that depend on
the network and on the queries can be set separately; a wrong order is refused.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, HttpUrl, PostgresDsn, RedisDsn, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from squall_reference.resilience.timeouts import Timeouts

DRIVER = "postgresql+asyncpg"


class Settings(BaseSettings):
    """The service's settings."""

    model_config = SettingsConfigDict(env_prefix="ORDERS_", frozen=True)

    database_url: PostgresDsn = Field(validation_alias="DATABASE_URL")
    redis_url: RedisDsn | None = Field(default=None, validation_alias="REDIS_URL")
    """A cache of items; none without it."""
    carrier_url: HttpUrl | None = Field(default=None, validation_alias="CARRIER_URL")
    """Who knows prices and fetches parcels; without it there are neither."""
    deadline_seconds: float = Field(default=1.0, gt=0.05, le=60)
    """Every request is answered within this time; callers may ask for less."""
    connect_seconds: float | None = Field(default=None, gt=0)
    statement_seconds: float | None = Field(default=None, gt=0)
    pool_size: int = Field(default=20, ge=1, le=200)
    """Connections of this process, and units of work that run at once."""
    queue_size: int = Field(default=60, ge=0)
    """Units of work that may wait for a connection; more are refused at once."""
    stale_seconds: float = Field(default=300, ge=0)
    """How old an answer from the catalogue's copy may be while the database is out; 0: none."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    slow_query_seconds: float = Field(default=0.2, gt=0)
    tracing: bool = False
    """OpenTelemetry; needs the extra ``otel``."""
    items: int = Field(default=100, ge=1)
    """Items that a new database is seeded with."""
    stock: int = Field(default=1_000_000, ge=0)

    @field_validator("database_url", mode="before")
    @classmethod
    def _with_driver(cls, value: object) -> object:
        """Accept the plain form that other tools use."""
        if isinstance(value, str):
            scheme, separator, rest = value.partition("://")
            if separator and scheme in ("postgres", "postgresql"):
                return f"{DRIVER}://{rest}"
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Refuse layers in the wrong order while starting, not in the first outage."""
        _ = self.timeouts
        return self

    @property
    def timeouts(self) -> Timeouts:
        """The layers below the deadline."""
        return Timeouts.within(
            self.deadline_seconds, connect=self.connect_seconds, statement=self.statement_seconds
        )

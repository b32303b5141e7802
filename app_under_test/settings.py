"""Everything that is set from outside, read from the environment once.

``DATABASE_URL`` is the address; the other names start with ``ORDERS_``. Time-outs are no settings:
they follow from the request deadline.
"""

from __future__ import annotations

from pydantic import Field, PostgresDsn, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app_under_test.resilience.timeouts import Timeouts

DRIVER = "postgresql+asyncpg"


class Settings(BaseSettings):
    """The service's settings."""

    model_config = SettingsConfigDict(env_prefix="ORDERS_", frozen=True)

    database_url: PostgresDsn = Field(validation_alias="DATABASE_URL")
    deadline_seconds: float = Field(default=1.0, gt=0.05, le=60)
    pool_size: int = Field(default=20, ge=1, le=200)
    items: int = Field(default=100, ge=1)
    """Items that a new database is seeded with."""
    stock: int = Field(default=1_000_000, ge=0)

    @field_validator("database_url", mode="before")
    @classmethod
    def _with_driver(cls, value: object, _info: ValidationInfo) -> object:
        """Accept the plain form that other tools use."""
        if isinstance(value, str):
            scheme, separator, rest = value.partition("://")
            if separator and scheme in ("postgres", "postgresql"):
                return f"{DRIVER}://{rest}"
        return value

    @property
    def timeouts(self) -> Timeouts:
        """The layers below the deadline."""
        return Timeouts.within(self.deadline_seconds)

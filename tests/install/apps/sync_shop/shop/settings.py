"""Settings from the environment."""

from __future__ import annotations

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    postgres_host: str = "localhost"
    postgres_port: int = 5432
    postgres_user: str
    postgres_password: str
    postgres_db: str
    secret_key: str

    @property
    def address(self) -> str:
        who = f"{self.postgres_user}:{self.postgres_password}"
        where = f"{self.postgres_host}:{self.postgres_port}/{self.postgres_db}"
        return f"postgresql+psycopg2://{who}@{where}"


settings = Settings()  # type: ignore[call-arg] # from the environment

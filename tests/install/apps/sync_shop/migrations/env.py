"""Alembic's environment."""

from __future__ import annotations

from alembic import context
from shop.models import Base, engine  # type: ignore[import-not-found] # of this app

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()

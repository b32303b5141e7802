"""Alembic's environment: the caller hands the connection over, inside of its transaction."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()

"""Probes as tutorials have them: they say yes."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()


@router.get("/livez")
@router.get("/readyz")
async def yes() -> dict[str, str]:
    """Alive and ready, whatever the database does."""
    return {"status": "ok"}

"""Identifiers and seeds: short, sortable, and drawn from a seed wherever they change behaviour."""

from __future__ import annotations

import random
import secrets

SEED_LIMIT = 2**31
"""Seeds stay below this, so that they fit every option and file format unchanged."""


def fresh_seed() -> int:
    """A seed nobody chose; print it, so that the run can be repeated."""
    return secrets.randbelow(SEED_LIMIT)


def derived_seed(seed: int, *path: object) -> int:
    """A seed for one part of a run, so that parts do not shift each other's draws."""
    return random.Random(f"{seed}/{'/'.join(map(str, path))}").randrange(SEED_LIMIT)  # noqa: S311 - repeatable on purpose, no secret


def lab_id() -> str:
    """Eight hex digits that tell one lab from another on the same machine."""
    return secrets.token_hex(4)

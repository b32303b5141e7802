"""Identifiers and seeds: short, sortable, and derived from a seed where they change behaviour."""

from __future__ import annotations

import random
import secrets

SEED_LIMIT = 2**31
"""Seeds are below this limit, so that they fit every option and file format unchanged."""


def fresh_seed() -> int:
    """Return a random seed. Print it, so that the run can be repeated."""
    return secrets.randbelow(SEED_LIMIT)


def derived_seed(seed: int, *path: object) -> int:
    """Derive the seed for one part of a run, so that the parts' random draws are independent."""
    return random.Random(f"{seed}/{'/'.join(map(str, path))}").randrange(SEED_LIMIT)  # noqa: S311 - repeatable on purpose, no secret


def lab_id() -> str:
    """Eight hex digits that distinguish the labs on a machine."""
    return secrets.token_hex(4)

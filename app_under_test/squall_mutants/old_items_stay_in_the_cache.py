"""An item that could not be removed from the cache stays there.

Mistake: the error of a removal is ignored, and keys live for an hour.
Outage: connections to Redis are refused, while items change.
Symptom: long after it, reads show what the item was before.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference.services import item_cache
from squall_reference.services.item_cache import ItemCache

from squall_mutants.shared import replace
from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-refused", "redis-read-only")
CAUGHT_BY = ("read-your-writes",)
LOAD = "set-hot-stock"


class TrustedCache(ItemCache):
    """What is in there is right."""

    def _distrust(self) -> None:
        """It will be removed some day."""


def create_app() -> FastAPI:
    """The reference app that believes its cache."""
    replace(item_cache, "KEPT_SECONDS", 3600.0)
    return app_with_cache(TrustedCache)

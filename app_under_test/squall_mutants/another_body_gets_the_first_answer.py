"""A key that is used for another request gets the answer of the first one.

Mistake: the key is looked up, and the body is not compared.
Outage: clients use a key a second time, for something else.
Symptom: 201 for an order that was never placed.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import OrderRequest

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-reuse-keys",)
SET = "third"


def digest(_self: OrderRequest) -> str:
    """The same for every body."""
    return ""


def create_app() -> FastAPI:
    """The reference app that looks at keys alone."""
    replace(OrderRequest, "digest", digest)
    return main.create_app()

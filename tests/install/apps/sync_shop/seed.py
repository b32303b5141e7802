"""First products: python seed.py."""

from __future__ import annotations

from shop.models import Product, SessionLocal  # type: ignore[import-not-found] # of this app

with SessionLocal() as session:
    session.add_all([Product(name=f"product {number}", stock=100) for number in range(20)])
    session.commit()

"""A shop: a synchronous app with users, products and migrations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import Product, User, get_db
from .security import current_user, hashed, signed

app = FastAPI(title="Shop")
Db = Annotated[Session, Depends(get_db)]
for_users = [Depends(current_user)]


class NewUser(BaseModel):
    username: str
    password: str


@app.post("/auth/register", status_code=201)
def register(new: NewUser, db: Db) -> dict[str, Any]:
    if db.scalar(select(User).where(User.username == new.username)):
        raise HTTPException(409, "Username already registered")
    user = User(username=new.username, password_hash=hashed(new.password))
    db.add(user)
    db.commit()
    return {"id": user.id, "username": user.username}


@app.post("/auth/token")
def token(form: Annotated[OAuth2PasswordRequestForm, Depends()], db: Db) -> dict[str, str]:
    user = db.scalar(select(User).where(User.username == form.username))
    if user is None or user.password_hash != hashed(form.password):
        raise HTTPException(401, "Incorrect username or password")
    return {"access_token": signed(user.username), "token_type": "bearer"}


@app.get("/products", dependencies=for_users)
def list_products(db: Db) -> list[dict[str, Any]]:
    found = db.scalars(select(Product).order_by(Product.id).limit(20))
    return [{"id": one.id, "name": one.name, "stock": one.stock} for one in found]


@app.get("/products/{product_id}", dependencies=for_users)
def get_product(product_id: int, db: Db) -> dict[str, Any]:
    product = db.get(Product, product_id)
    if product is None:
        raise HTTPException(404, "Product not found")
    return {"id": product.id, "name": product.name, "stock": product.stock}

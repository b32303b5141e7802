"""Signed tokens, and who is behind one."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import User, get_db
from .settings import settings

oauth2 = OAuth2PasswordBearer(tokenUrl="/auth/token")


def hashed(password: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), b"shop", 1000).hex()


def signed(username: str) -> str:
    mark = hmac.new(settings.secret_key.encode(), username.encode(), "sha256").hexdigest()
    return f"{username}.{mark}"


def current_user(
    token: Annotated[str, Depends(oauth2)], db: Annotated[Session, Depends(get_db)]
) -> User:
    username = token.rpartition(".")[0]
    user = db.scalar(select(User).where(User.username == username))
    if user is None or not hmac.compare_digest(token, signed(username)):
        raise HTTPException(401, "Could not validate credentials")
    return user

"""Passwords of one lab: generated for it, known only to it, and deleted with it.

The server stores a SCRAM verifier (RFC 5803), never a password. Passwords are 128 random bits, so
one iteration is as safe as 4,096, and a new connection of the app is as fast as without a password.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

BYTES = 16


def fresh_password() -> str:
    """32 hexadecimal digits, which need no quoting in an address or a shell."""
    return secrets.token_hex(BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSecrets:
    """Passwords of one server's roles. They are not part of its ``repr``.

    ``role`` and ``database`` are the app's; some apps have them hard-coded.
    """

    role: str = "app"
    database: str = "app"

    app: str = field(default_factory=fresh_password, repr=False)
    standby: str = field(default_factory=fresh_password, repr=False)
    admin: str = field(default_factory=fresh_password, repr=False)
    """Only for a server in a container. Elsewhere the administrator uses a private socket."""


def scram_verifier(password: str) -> str:
    """The value that ``ALTER ROLE … PASSWORD`` accepts in place of the password."""
    salt = secrets.token_bytes(BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = hashlib.sha256(client).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(one).decode() for one in (salt, stored, server))
    return f"SCRAM-SHA-256$1:{salt64}${stored64}:{server64}"

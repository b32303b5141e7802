"""An extension that nobody creates, or that the app's role may not create.

function uuid_generate_v4() does not exist      ─▶  CREATE EXTENSION "uuid-ossp", before the set-up
permission denied to create extension "vector"  ─▶  CREATE EXTENSION "vector", before the set-up
"""

from __future__ import annotations

import re

BY_WORDS = (
    (r"function uuid_generate_v\d\w*\(", "uuid-ossp"),
    (r"function (?:gen_random_bytes|crypt|gen_salt|digest|hmac|pgp_sym_encrypt)\(", "pgcrypto"),
    (r'type "citext" does not exist', "citext"),
    (r'type "hstore" does not exist', "hstore"),
    (r'type "ltree" does not exist', "ltree"),
    (r'type "(?:vector|halfvec)" does not exist', "vector"),
    (r'type "(?:geometry|geography)" does not exist', "postgis"),
    (r'operator class "gin_trgm_ops"|operator class "gist_trgm_ops"|function similarity\(',
     "pg_trgm"),
    (r"function unaccent\(", "unaccent"),
)  # fmt: skip
"""PostgreSQL's words about what is missing, and the extension that has it."""
REFUSED = re.compile(r'permission denied to create extension "(?P<name>[\w-]+)"')
"""A migration creates it, and the app's role is not a superuser; the migration then finds it."""


def missing_extension(words: str) -> str:
    """The extension that a failed start misses or may not create; empty if none."""
    if refused := REFUSED.search(words):
        return refused["name"]
    if "does not exist" not in words:
        return ""
    return next((name for pattern, name in BY_WORDS if re.search(pattern, words)), "")


def creates(name: str) -> str:
    """The entry of the set-up."""
    return f'CREATE EXTENSION IF NOT EXISTS "{name}"'

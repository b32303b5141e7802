"""An extension that nobody creates: the README tells to, or the team's database has it.

function uuid_generate_v4() does not exist  ─▶  CREATE EXTENSION "uuid-ossp", before the set-up
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


def missing_extension(words: str) -> str:
    """The extension that a failed start misses; empty if none."""
    if "does not exist" not in words:
        return ""
    return next((name for pattern, name in BY_WORDS if re.search(pattern, words)), "")


def creates(name: str) -> str:
    """The entry of the set-up."""
    return f'CREATE EXTENSION IF NOT EXISTS "{name}"'

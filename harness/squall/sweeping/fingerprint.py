"""A statement without its literals, which is equal in all repeats of an operation."""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = (
    (re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL), " "),
    (re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL), "?"),
    (re.compile(r"[eE]?'(?:[^']|'')*'"), "?"),
    (re.compile(r"(?<=SAVEPOINT )\s*\w+|(?<=ROLLBACK TO )(?!SAVEPOINT\b)\w+", re.IGNORECASE), "?"),
    (re.compile(r"(?<![\w$])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b"), "?"),
    (re.compile(r"\$\d+"), "?"),
    (re.compile(r"\(\s*\?(?:\s*,\s*\?)+\s*\)"), "(?)"),
    (re.compile(r"(?:\(\?\)\s*,\s*)+\(\?\)"), "(?)"),
    (re.compile(r"\s+"), " "),
)

_TABLE = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:ONLY\s+)?\"?(?:\w+\"?\.\"?)?(\w+)", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def fingerprint_of(sql: str) -> str:
    """The statement without literals, comments and the length of lists."""
    for pattern, instead in _PARTS:
        sql = pattern.sub(instead, sql)
    return sql.strip().rstrip(";").strip()


def is_commit(fingerprint: str) -> bool:
    """Whether it ends a transaction and applies its effect."""
    return re.match(r"(?:COMMIT|END)\b", fingerprint, re.IGNORECASE) is not None


def verb_of(fingerprint: str) -> str:
    """Its first word, for headings."""
    return fingerprint.partition(" ")[0].upper()


def tables_of(fingerprint: str) -> frozenset[str]:
    """Tables that it reads or writes, judged by its text. Used only for choosing pairs."""
    found = _TABLE.findall(fingerprint)
    return frozenset(name.lower() for name in found) - {"select", "set", "lateral", "unnest"}

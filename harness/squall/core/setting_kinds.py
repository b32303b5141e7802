"""Which settings of a session change what a statement means or may see.

A time-out or a planner's option that stays on a pooled session makes later statements slower or
shorter; an app may keep account of it, and set it again where it matters. Another search path,
role, tenant or isolation makes the same statement say something else.
"""

from __future__ import annotations

MEANINGFUL = frozenset({
    "authorization", "characteristics", "datestyle", "default_transaction_deferrable",
    "default_transaction_isolation", "default_transaction_read_only", "intervalstyle", "names",
    "client_encoding", "role", "row_security", "search_path", "session_replication_role",
    "standard_conforming_strings", "time zone", "timezone",
})  # fmt: skip
"""By PostgreSQL 18 documentation, "Client Connection Defaults", and the forms of ``SET``."""


LIMITS = frozenset({
    "idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout",
    "transaction_timeout",
})  # fmt: skip
"""Time limits that a request may lower for itself."""


def setting_of(entry: str) -> str:
    """The name in ``name=digest of the value``, as the engine tells of settings."""
    return entry.partition("=")[0]


def changes_meaning(name: str) -> bool:
    """Whether statements mean or see something else under it; so do an app's own, with a dot."""
    return name in MEANINGFUL or "." in name

"""The ways that tutorials teach to hold database connections: one small API, one way a file.

Each file is as short as its tutorial would have it, runs alone, and says when it breaks::

    DATABASE_URL=postgresql://... uvicorn squall_patterns.per_request_connect:app

What the subject is not about is kept out of sight in :mod:`.shared`: tables, and the routes of
the ways that differ in their engine alone. No way looks at the idempotency key; it is stored.
"""

"""A small order service, written to be copied: what good engineers put behind FastAPI and asyncpg.

It knows nothing of whoever tests it.
"""

"""The app ignores the address that it was given, and talks to PostgreSQL directly."""

from __future__ import annotations

import os

import psutil
from fastapi import FastAPI

from app_under_test import main


def create_app() -> FastAPI:
    """The reference app on the server's own port, found among the lab's processes."""
    lab = psutil.Process().parent()
    for process in lab.children() if lab else []:
        words = process.cmdline()
        if words and words[0].endswith("postgres") and "-p" in words:
            port = words[words.index("-p") + 1]
            os.environ["DATABASE_URL"] = f"postgresql://squall@127.0.0.1:{port}/app"
    return main.create_app()

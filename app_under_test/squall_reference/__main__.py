"""``python -m app_under_test [port]``: the service as a process that ends well.

SIGTERM ─▶ no new connections ─▶ what runs ends, by its deadline ─▶ pool closed ─▶ exit code 0

Uvicorn drains on SIGTERM and then raises the signal once more, as if it had not been handled; the
handler here takes it, so that an orderly end is not reported as a death by signal.
"""

from __future__ import annotations

import math
import signal
import sys

import uvicorn

from squall_reference.main import create_app
from squall_reference.settings import Settings

PORT = 8000


def main() -> None:
    """Serve until a signal ends it."""
    settings = Settings()  # type: ignore[call-arg] # the environment supplies them
    signal.signal(signal.SIGTERM, lambda *_: None)
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    uvicorn.run(
        create_app(settings),
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_level=settings.log_level,
        # Each request ends by its deadline; the second is for the answer's way out.
        timeout_graceful_shutdown=math.ceil(settings.deadline_seconds) + 1,
    )


if __name__ == "__main__":
    main()

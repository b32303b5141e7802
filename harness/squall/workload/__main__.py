"""``python -m squall.workload``: the process of the load generator, started by the harness."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

NICENESS = -10


def main() -> None:
    """Serve standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the harness's to handle
    _go_first()
    from squall.workload.worker import serve  # noqa: PLC0415 - after the signal is ignored

    try:
        import uvloop  # noqa: PLC0415 - optional

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve())


def _go_first() -> None:
    """Raise this process's priority over what is measured: a late request would be its own fault.

    Requires a privileged account; otherwise nothing happens.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


if __name__ == "__main__":
    main()

"""``python -m harness.workload``: the generator's process, started by the harness."""

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
    from harness.workload.worker import serve  # noqa: PLC0415 - after the signal is ignored

    try:
        import uvloop  # noqa: PLC0415 - optional

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve())


def _go_first() -> None:
    """Be served before what is measured: a late request would be the generator's fault.

    Only a privileged account may do that; others do without.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


if __name__ == "__main__":
    main()

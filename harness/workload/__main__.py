"""``python -m harness.workload``: the generator's process, started by the harness."""

from __future__ import annotations

import asyncio
import signal


def main() -> None:
    """Serve standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the harness's to handle
    from harness.workload.worker import serve  # noqa: PLC0415 - after the signal is ignored

    try:
        import uvloop  # noqa: PLC0415 - optional

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve())


if __name__ == "__main__":
    main()

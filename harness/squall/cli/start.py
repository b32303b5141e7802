"""The first lines of the ``squall`` command: they install the handler for Ctrl-C.

Only modules that Python has already loaded are imported before the handler is installed.
"""

from __future__ import annotations

import io
import os
import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Entry point of the ``squall`` command."""
    signal.signal(signal.SIGINT, _leave)
    if sys.stdout is None:
        os.write(2, b"squall: standard output is closed\n")
        sys.exit(3)
    from squall.cli.main import exit_code_of, squall  # noqa: PLC0415 - after the handler
    from squall.lab.isolation.protection import this_is_a_command  # noqa: PLC0415 - the same

    this_is_a_command()
    if "_SQUALL_COMPLETE" in os.environ:
        from squall.cli.completion import register_bash  # noqa: PLC0415 - only when completing

        register_bash()
    # A name that is not UTF-8 is printed with escaped bytes, as on standard error.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")

    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = exit_code_of(squall)
    if code == INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # one more would change the exit code
    sys.exit(code)


def _leave(_number: int, _frame: object) -> None:
    os.write(2, b"squall: interrupted; nothing was started\n")
    os._exit(INTERRUPTED)

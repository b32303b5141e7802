"""Errors that end a run: whose fault they are, and how they are told."""

from __future__ import annotations

import asyncio

from squall_faults import FaultError
from squall_faults.errors import EngineSilent

from squall.core.errors import EngineFailed, LabError, SquallError


def engine_hung(error: BaseException | None) -> bool:
    """Whether a lab failed because its engine did not answer."""
    while error is not None:
        if isinstance(error, EngineSilent | EngineFailed):
            return True
        # An error that is raised "from None" hides what is behind it from people only.
        error = error.__cause__ or error.__context__
    return False


def is_interrupted() -> bool:
    """Whether a cancellation of this task was requested."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def without_cancellation(error: BaseException) -> Exception:
    """A task group would interpret a stray cancellation as the end of this worker."""
    if isinstance(error, Exception):
        return error
    return LabError(f"a part of the run was cancelled: {str(error) or 'no reason'}")


def reason_of(error: Exception) -> str:
    """What is said of a failed lab."""
    if isinstance(error, SquallError | FaultError):
        return str(error)
    return (
        f"internal error: {type(error).__name__}: {error}\n"
        "  please report it with the output of the same command under SQUALL_TRACEBACK=1"
    )

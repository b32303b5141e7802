"""``squall init`` tries its draft: a lab, the app, its operations. It corrects what it can."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from squall.config.init.draft import Draft, liveness_of
from squall.config.init.find_users import without_unused
from squall.config.init.mend import mended
from squall.config.profile import AppProfile
from squall.core.errors import LabError, UsageError
from squall.lab.lab import lab
from squall.lab.lab_options import LabOptions

MAX_ROUNDS = 8
IMPORTS = re.compile(r"(?:ModuleNotFound|Import)Error\b")
"""What no table and no set-up can mend."""
ALSO = "without that the app does not start either"

Say = Callable[[str], None]
Read = Callable[[Draft], AppProfile]
"""The profile that a draft's table describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTrial:
    """The result of a trial."""

    draft: Draft
    problem: str = ""
    """The last failure if nothing worked."""
    operations: tuple[str, ...] = ()
    left_out: Mapping[str, str] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()


def try_drafts(drafts: Sequence[Draft], read: Read, say: Say, seconds: float) -> DraftTrial:
    """The first draft that works, after corrections; else the first one with its last failure."""
    ends = time.monotonic() + seconds
    waiting, seen, worst = [(one, "") for one in drafts], list[Draft](), DraftTrial(draft=drafts[0])
    for _ in range(MAX_ROUNDS):
        if not waiting or time.monotonic() > ends:
            break
        draft, change = waiting.pop(0)
        if draft in seen:
            continue
        seen.append(draft)
        say(f"trying: {draft.app}" + (f" ({change})" if change else ""))
        try:
            trial = asyncio.run(_in_time(_try(draft, read(draft)), ends))
        except (LabError, UsageError) as error:
            trial = DraftTrial(draft=draft, problem=str(error))
        if not trial.problem:
            return trial
        say(f"  failed: {_headline(trial.problem)}")
        # A failure of the draft without set-up does not explain that of the set-up itself.
        counts = not worst.problem or (change and _prepared(draft) >= _prepared(drafts[0]))
        worst = trial if counts else _with_import_error(worst, trial)
        if not (better := _mended(draft, trial.problem)) and _lacks_packages(trial.problem):
            break
        waiting[:0] = [pair for pair in better if pair[0] not in seen]
    return worst


def _with_import_error(worst: DraftTrial, other: DraftTrial) -> DraftTrial:
    """The failure of a set-up, and that the app is not imported without it either, if so."""
    words = _headline(other.problem)
    if not IMPORTS.match(words) or ALSO in worst.problem:
        return worst
    return dataclasses.replace(worst, problem=f"{worst.problem}\n  {ALSO}: {words}")


def _mended(draft: Draft, problem: str) -> list[tuple[Draft, str]]:
    """The drafts to try next. No other draft adds a package, but it may lie in another folder."""
    better = list(mended(draft, problem))
    if _lacks_packages(problem):
        return [pair for pair in better if _roots(pair[0]) != _roots(draft)]
    return better


def _roots(draft: Draft) -> str:
    """Where imports start besides its directory: what seems to be missing may lie there."""
    return draft.environment.get("PYTHONPATH", "")


def _prepared(draft: Draft) -> int:
    """Number of commands that prepare the database."""
    return len(draft.setup) + len(draft.seed)


async def _in_time(work: Coroutine[Any, Any, DraftTrial], ends: float) -> DraftTrial:
    """End the lab when its time is over.

    Raises:
        LabError: the time is over.
    """
    try:
        async with asyncio.timeout(max(ends - time.monotonic(), 0.0)):
            return await work
    except TimeoutError:
        raise LabError(
            "the time for trying is over: the app did not show in time whether it works\n"
            "  give it more with --time-limit SECONDS, or less to do with --no-try"
        ) from None


def _lacks_packages(problem: str) -> bool:
    """Whether the app failed because a package is not installed. No other draft can correct
    that.
    """
    first = problem.partition("\n")[0]
    return first.startswith("the app ") and (
        "none of the servers" in first or "install the app's requirements there" in problem
    )


def _headline(problem: str) -> str:
    """The exception, else the first line."""
    lines = [line.strip() for line in problem.splitlines()]
    starts = (n for n, line in enumerate(lines) if line.startswith("its words that matter"))
    after = next(starts, -1)
    return (lines[after + 1] if 0 <= after < len(lines) - 1 else lines[0])[:160]


async def _try(draft: Draft, profile: AppProfile) -> DraftTrial:
    """Try requests with writes, which create rows for reads; else without, in another lab: writes
    may have changed the users who log in.
    """
    problem = ""
    for writes in (True, False):
        tried = dataclasses.replace(profile, login=draft.login, writes=writes)
        async with lab(LabOptions(profile=tried), introduced=False) as running:
            try:
                await running.introduce()
            except LabError as error:
                problem = problem or str(error)
                continue
            live = liveness_of(running.profile.operations)
            variables = without_unused(draft.environment, running.logins)
            return DraftTrial(
                draft=dataclasses.replace(
                    draft, login=running.logins, writes=writes, live=live, environment=variables
                ),
                operations=tuple(f"{one.method} {one.path}" for one in running.profile.operations),
                left_out=running.coverage.left_out,
                notes=running.coverage.notes,
            )
    raise LabError(problem)

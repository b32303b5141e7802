"""Lines of the project that may be the cause of a failure, by how such causes are usually written.

    places of the pool are lost   ─▶  shop/main.py:67 in ticket: `pool.acquire()` has no `with` …

A failure that shows at rest has no request that leads to a line. So the source is searched for the
patterns of its cause, and only after it was seen to fail. Nothing is imported or run. The functions
that answered the requests in question come first.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from squall.config.init.project import Project
from squall.config.init.project_files import python_files, read_text
from squall.config.profile import AppProfile
from squall.core.events import Event, SuspectLocated
from squall.diagnosis.diagnose import diagnose
from squall.gates import one_effect, session_leftovers
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Evidence
from squall.lab import suspects_at_rest as at_rest
from squall.lab import suspects_of_answers as answers
from squall.lab.handlers import IMPORT_STRING, locate_handlers
from squall.lab.source_walk import Found

Pattern = Callable[[ast.AST], Iterator[Found]]

OF_CAUSES: Mapping[str, Pattern] = {
    "leaked-connection": at_rest.unreleased,
    "kept-for-good": at_rest.kept_entries,
    "hold-and-wait": at_rest.unreleased,
    "lost-listener": at_rest.loops_without_guard,
    "killed-at-deploy": at_rest.swallowed_cancellation,
    "blocked-event-loop": answers.blocking_calls,
    "silence": answers.waits_without_limit,
    "answer-unlike-calm": answers.swallowed_errors,
    "acknowledged-write-lost": answers.late_commits,
    "acknowledged-before-commit": answers.late_commits,
    "partial-transaction": answers.several_commits,
    "duplicate-write": answers.parts_or_repeats,
}
"""By the code of the diagnosis."""

OF_FINDINGS: Mapping[str, Pattern] = {
    session_leftovers.SETTINGS: at_rest.settings,
    session_leftovers.ADVISORY_LOCKS: at_rest.advisory_locks,
    session_leftovers.TEMPORARY_TABLES: at_rest.temporary_tables,
    one_effect.HALF: answers.several_commits,
    one_effect.TWICE: answers.parts_or_repeats,
    one_effect.AGAIN: answers.several_commits,
}
"""By the code of a finding, where it is more exact."""

NEEDLES = re.compile(
    r"acquire|getconn|checkout|[sS]ession|while|except|commit|begin|transaction|retry|for |LISTEN"
    r"|lock|SET|set_config|temp|execute|sleep|requests|psycopg2|create_|Pool|Client|from_url|Redis",
)
"""A file without any of these has none of the answers."""

MAX_SUSPECTS = 4


def locate(
    profile: AppProfile, evidence: Evidence, findings: Sequence[Finding], at: float
) -> list[Event]:
    """Where a failed run leads: functions that answered, then lines that look like its cause."""
    answered = list(locate_handlers(profile, evidence.ops, at, findings))
    told = replace(evidence, events=(*evidence.events, *answered))
    return [*answered, *locate_suspects(profile, told, findings, at)]


def locate_suspects(
    profile: AppProfile, evidence: Evidence, findings: Sequence[Finding], at: float
) -> Iterator[SuspectLocated]:
    """The lines that look like the cause, those of the handlers in question first."""
    codes = [one.code for one in findings if one.verdict is Verdict.FAIL]
    if not codes:
        return
    diagnosis = diagnose(evidence, findings)
    exact = [OF_FINDINGS[code] for code in codes if code in OF_FINDINGS]
    pattern = exact[0] if exact and diagnosis.code in EXACT else OF_CAUSES.get(diagnosis.code)
    if pattern is None:
        return
    found = known_suspects(profile.cwd or Path.cwd(), profile.app, pattern)
    asked = [_function(place) for place in (*diagnosis.places, *diagnosis.handlers)]
    first = sorted(found, key=lambda one: _function(one[0]) not in asked)
    for place, what in first[:MAX_SUSPECTS]:
        yield SuspectLocated(at=at, cause=diagnosis.code, place=place, what=what)


EXACT = frozenset({"setting-left", "left-on-session", "not-one-effect"})
"""Causes that have several kinds of findings."""


def _function(place: str) -> str:
    """``list_items`` of ``shop/main.py:81 in list_items``, with its file."""
    file, _, function = place.partition(" in ")
    return f"{file.partition(':')[0]} {function}"


@lru_cache(maxsize=32)
def known_suspects(root: Path, app: str, pattern: Pattern) -> Sequence[tuple[str, str]]:
    """Places and what is written there, read once for a process."""
    project = Project(root)
    files = python_files(root)
    named = IMPORT_STRING.search(app)
    top = named["module"].partition(".")[0] if named else ""
    own = [path for path in files if top in path.relative_to(root).with_suffix("").parts]
    return tuple(
        (f"{project.shown(path, found.line)} in {found.function}", found.what)
        for path in (files if own else ())
        for found in sorted(pattern(_tree(path)), key=lambda one: one.line)
    )


def _tree(path: Path) -> ast.AST:
    text = read_text(path)
    try:
        return ast.parse(text if NEEDLES.search(text) else "")
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module(body=[], type_ignores=[])

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
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from squall.config.init.newer_syntax import parse_source
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


@dataclass(frozen=True, slots=True)
class Search:
    """A pattern, and text without which a file does not have it."""

    pattern: Pattern
    needle: str


UNRELEASED = Search(at_rest.unreleased, r"acquire|getconn|checkout|get_connection|[sS]ession")
LATER = Search(
    answers.unconfirmed_success, r"yield|add_task|create_task|ensure_future|run_in_executor|except"
)
APART = Search(answers.several_commits, r"commit|begin|transaction")
AGAIN = Search(answers.parts_or_repeats, r"idempot|request_id|dedup|client_ref|retry|for |commit")

OF_CAUSES: Mapping[str, Search] = {
    "leaked-connection": UNRELEASED,
    "hold-and-wait": UNRELEASED,
    "kept-for-good": Search(at_rest.kept_entries, r"del |acquire|getconn|[lL]ock|DELETE"),
    "not-recovered": Search(at_rest.breakers_without_a_pause, r"(?i)breaker|circuit"),
    "lost-listener": Search(at_rest.loops_without_guard, r"while|LISTEN"),
    "killed-at-deploy": Search(at_rest.swallowed_cancellation, r"while"),
    "blocked-event-loop": Search(answers.blocking_calls, r"sleep|requests|psycopg2|execute|commit"),
    "silence": Search(answers.waits_without_limit, r"create_pool|_engine|Pool|Client|url|Redis"),
    "answer-unlike-calm": Search(answers.swallowed_errors, r"except"),
    "acknowledged-write-lost": LATER,
    "acknowledged-before-commit": LATER,
    "partial-transaction": APART,
    "duplicate-write": AGAIN,
}
"""By the code of the diagnosis."""

OF_FINDINGS: Mapping[str, Search] = {
    session_leftovers.SETTINGS: Search(at_rest.settings, r"set_config|\bSET\b|\bset "),
    session_leftovers.ADVISORY_LOCKS: Search(at_rest.advisory_locks, r"advisory"),
    session_leftovers.TEMPORARY_TABLES: Search(at_rest.temporary_tables, r"(?i)\btemp"),
    one_effect.HALF: APART,
    one_effect.TWICE: AGAIN,
    one_effect.COUNTED_TWICE: AGAIN,
    one_effect.AGAIN: APART,
}
"""By the code of a finding, where it is more exact."""

MAX_FILES = 600
"""Of a larger project, those near the top are read."""
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
    search = exact[0] if exact and diagnosis.code in EXACT else OF_CAUSES.get(diagnosis.code)
    if search is None:
        return
    found = known_suspects(profile.cwd or Path.cwd(), profile.app, search)
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
def known_suspects(root: Path, app: str, search: Search) -> Sequence[tuple[str, str]]:
    """Places and what is written there, read once for a process."""
    project = Project(root)
    files = python_files(root)[:MAX_FILES]
    named = IMPORT_STRING.search(app)
    top = named["module"].partition(".")[0] if named else ""
    own = [path for path in files if top in path.relative_to(root).with_suffix("").parts]
    return tuple(
        (f"{project.shown(path, found.line)} in {found.function}", found.what)
        for path in (files if own else ())
        for found in sorted(search.pattern(_tree(path, search.needle)), key=lambda one: one.line)
    )


def _tree(path: Path, needle: str) -> ast.AST:
    text = read_text(path)
    try:
        return parse_source(text if re.search(needle, text) else "")
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module(body=[], type_ignores=[])

"""How causes that show at rest look in source code: each a pure function of a syntax tree.

They are hints for a failure that was seen, and never a verdict: most code that looks so is sound.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from squall.lab.source_walk import Found, called, calls, functions_of, shown, walk

TAKES = frozenset({"acquire", "getconn", "checkout", "get_connection"})
GIVES = frozenset({"release", "putconn", "close", "aclose", "checkin", "giveback", "terminate"})
SESSION = re.compile(r"(?i)session(_?local|_?maker|_?factory)?$")
SETTING = re.compile(
    r"\bset_config\s*\(|\bSET\s+(?!LOCAL\b|TRANSACTION\b)(SESSION\s+)?[\w.]+\s*(=|TO\b)",
    re.IGNORECASE,
)
UPDATE = re.compile(r"\bUPDATE\b", re.IGNORECASE)
ADVISORY = re.compile(r"\bpg_(try_)?advisory_lock(_shared)?\s*\(", re.IGNORECASE)
TEMPORARY = re.compile(r"\bcreate\s+(local\s+|global\s+)?temp", re.IGNORECASE)
BREAKER = re.compile(r"breaker|circuit", re.IGNORECASE)
CLOCK = re.compile(r"monotonic|\btime\(|\bnow\(|perf_counter|call_later|sleep\(")
UNLOCKS = re.compile(
    r"^\s*DELETE\s+FROM\s+\S*(lock|lease|claim|mutex)|pg_advisory_unlock", re.IGNORECASE
)
LISTEN = re.compile(r"^\s*LISTEN\s", re.IGNORECASE)


def _sql(tree: ast.AST, pattern: re.Pattern[str], what: str) -> Iterator[Found]:
    for owner in (tree, *functions_of(tree)):
        name = getattr(owner, "name", "the module")
        for node, above in walk(owner):
            if not isinstance(node, ast.Constant) or isinstance(above[-1], ast.Expr):
                continue
            text = node.value if isinstance(node.value, str) else ""
            if pattern.search(text) and not (pattern is SETTING and UPDATE.search(text)):
                yield Found(node.lineno, name, f"`{' '.join(text.split())[:60]}` {what}")


def settings(tree: ast.AST) -> Iterator[Found]:
    """A statement that changes a setting of the session."""
    return _sql(tree, SETTING, "stays on the session")


def advisory_locks(tree: ast.AST) -> Iterator[Found]:
    """A lock of the session, not of the transaction."""
    return _sql(tree, ADVISORY, "locks for the session")


def temporary_tables(tree: ast.AST) -> Iterator[Found]:
    """A table that lives as long as the session."""
    return _sql(tree, TEMPORARY, "stays on the session")


def unreleased(tree: ast.AST) -> Iterator[Found]:
    """A connection or a permit that is taken, and given back on the good path only."""
    for function in functions_of(tree):
        inside = list(walk(function))
        tries = [node for node, _ in inside if isinstance(node, ast.Try)]
        if any(calls(one.finalbody, GIVES) for one in tries):
            continue
        names = _used_with(node for node, _ in inside)
        for node, _ in inside:
            if not isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) or node.value is None:
                continue
            if _takes(node) and _bound_to(node) not in names:
                told = f"`{shown(node.value)}` has no `with` and no `finally` that gives it back"
                yield Found(node.lineno, function.name, told)


def _takes(node: ast.Assign | ast.AnnAssign | ast.Expr) -> bool:
    """Whether it takes a connection or a permit, or makes a session."""
    name = called(node.value) if node.value is not None else ""
    return name in TAKES or (not isinstance(node, ast.Expr) and SESSION.search(name) is not None)


def _bound_to(node: ast.Assign | ast.AnnAssign | ast.Expr) -> str:
    """The name that it gets; empty for none."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def _used_with(nodes: Iterator[ast.AST]) -> set[str]:
    """Names that a ``with`` closes, or that the function returns."""
    names: set[str] = set()
    for node in nodes:
        values: list[ast.expr | None] = []
        if isinstance(node, ast.With | ast.AsyncWith):
            values = [item.context_expr for item in node.items]
        elif isinstance(node, ast.Return):
            values = [node.value]
        for value in values:
            if isinstance(value, ast.Name):
                names.add(value.id)
    return names


def loops_without_guard(tree: ast.AST) -> Iterator[Found]:
    """A background loop that its first error ends, or a LISTEN that is sent once."""
    for function in functions_of(tree):
        for node, above in walk(function):
            if not isinstance(node, ast.While) or not isinstance(node.test, ast.Constant):
                continue
            if not any(isinstance(one, ast.Try) for one in above) and _is_bare(node):
                yield Found(node.lineno, function.name, "the first error ends this loop")
    for found in _sql(tree, LISTEN, "is sent once, and nothing sends it again"):
        if not _is_repeated(tree, found):
            yield found


def _is_repeated(tree: ast.AST, found: Found) -> bool:
    """Whether the function of this line, or a call of it, is in an endless loop."""
    for loop in ast.walk(tree):
        if isinstance(loop, ast.While):
            lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
            if found.line in lines or calls([loop], frozenset({found.function})):
                return True
    return False


def _is_bare(loop: ast.AST) -> bool:
    """Whether a loop waits for something besides ``sleep`` outside of ``try``."""
    return any(
        isinstance(node, ast.Await) and called(node) not in ("sleep", "wait", "wait_for")
        and not any(isinstance(one, ast.Try | ast.ExceptHandler) for one in above)
        for node, above in walk(loop)
    )  # fmt: skip


def swallowed_cancellation(tree: ast.AST) -> Iterator[Found]:
    """A loop that goes on after ``CancelledError``."""
    for function in functions_of(tree):
        for node, above in walk(function):
            if not isinstance(node, ast.ExceptHandler):
                continue
            kind = "" if node.type is None else ast.unparse(node.type)
            catches = not kind or "BaseException" in kind or "CancelledError" in kind
            loops = any(isinstance(one, ast.While | ast.For | ast.AsyncFor) for one in above)
            leaves = any(isinstance(one, ast.Raise | ast.Return | ast.Break)
                         for line in node.body for one in ast.walk(line))  # fmt: skip
            if catches and loops and not leaves:
                told = f"`except{f' {kind}' if kind else ''}:` goes on when the task is cancelled"
                yield Found(node.lineno, function.name, told)


def kept_entries(tree: ast.AST) -> Iterator[Found]:
    """An entry, a permit or a row that marks work, and that is removed on the good path only."""
    yield from unreleased(tree)
    for function in functions_of(tree):
        finals = {
            id(inner)
            for node, _ in walk(function) if isinstance(node, ast.Try)
            for line in node.finalbody for inner in ast.walk(line)
        }  # fmt: skip
        awaits = [node.lineno for node, _ in walk(function) if isinstance(node, ast.Await)]
        for node, _ in walk(function):
            if id(node) in finals or not any(line < getattr(node, "lineno", 0) for line in awaits):
                continue
            removes = isinstance(node, ast.Delete) or _deletes_lock(node)
            if removes and isinstance(node, ast.Delete | ast.Constant):
                told = f"`{shown(node)}` is not reached after an error: use `finally`"
                yield Found(node.lineno, function.name, told)


def _deletes_lock(node: ast.AST) -> bool:
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and UNLOCKS.search(text) is not None


def breakers_without_a_pause(tree: ast.AST) -> Iterator[Found]:
    """A function of a breaker that refuses, and knows no time after which it asks again."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or not BREAKER.search(node.name):
            continue
        for function in functions_of(node):
            refuses = any(isinstance(inner, ast.Raise) for inner, _ in walk(function))
            if refuses and not CLOCK.search(ast.unparse(function)):
                told = "refuses after some failures, and does not look at the time"
                yield Found(function.lineno, f"{node.name}.{function.name}", told)

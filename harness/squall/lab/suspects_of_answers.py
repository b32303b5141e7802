"""How causes that show in answers look in source code: each a pure function of a syntax tree.

They are hints for a failure that was seen, and never a verdict: most code that looks so is sound.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from squall.lab.source_walk import Found, called, functions_of, shown, walk

COMMITS = frozenset({"commit"})
TRANSACTIONS = frozenset({"commit", "begin", "transaction"})
LATER = frozenset({"add_task", "create_task", "ensure_future", "run_in_executor"})
BLOCKS = frozenset({"sleep", "execute", "commit", "fetchall", "fetchone", "get", "post", "connect"})
BLOCKING_MODULES = frozenset({"time", "requests", "psycopg2", "urllib", "subprocess"})
BROAD = re.compile(
    r"^(Base)?Exception$|PostgresError|SQLAlchemyError|DBAPIError|OperationalError|InterfaceError"
    r"|OSError|ConnectionError|TimeoutError|psycopg2?\.Error|RedisError|ORMException|HTTPError"
    r"|^[A-Z]{4,}"
)
KEY = re.compile(r"idempot|request_id|dedup|client_ref", re.IGNORECASE)
LOOKUP = re.compile(r"\bSELECT\b|\bselect\(|\.filter(_by)?\(|get_or_none\(|\.exists\(")
ADD = re.compile(r"\bINSERT\b|\.add\(|\.create\(|insert\(")
ON_CONFLICT = re.compile(r"on.?conflict|IntegrityError|UniqueViolation", re.IGNORECASE)
CLIENT_ERRORS = range(400, 500)
LIMITS = {
    "create_pool": ("command_timeout",), "create_async_engine": ("timeout", "pool_timeout"),
    "create_engine": ("connect_timeout", "pool_timeout"), "AsyncClient": (), "Client": (),
    "AsyncConnectionPool": ("connect_timeout", "timeout"), "ClientSession": ("timeout",),
    "ConnectionPool": ("connect_timeout", "timeout"), "from_url": ("socket_timeout",),
    "Redis": ("socket_timeout",), "SimpleConnectionPool": ("connect_timeout",),
    "ThreadedConnectionPool": ("connect_timeout",),
}  # fmt: skip
"""Constructors, and the settings without which they wait for ever."""


def blocking_calls(tree: ast.AST) -> Iterator[Found]:
    """A call in a coroutine that is not awaited and takes time."""
    for function in functions_of(tree):
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        for node, above in walk(function):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = ast.unparse(node.func.value)
            blocks = owner.split(".")[0] in BLOCKING_MODULES or (
                node.func.attr in ("execute", "commit", "fetchall", "fetchone")
            )
            waited = isinstance(above[-1], ast.Await) or any(
                isinstance(one, ast.Await) for one in above[-3:]
            )
            if blocks and node.func.attr in BLOCKS and not waited:
                yield Found(node.lineno, function.name, f"`{shown(node)}` blocks the event loop")


def swallowed_errors(tree: ast.AST) -> Iterator[Found]:
    """A handler of errors of the database that answers with something else."""
    for function in functions_of(tree):
        for node, above in walk(function):
            if not isinstance(node, ast.ExceptHandler) or not _is_broad(node):
                continue
            loops = any(isinstance(one, ast.While) for one in above)
            raised = [one for line in node.body for one in ast.walk(line)
                      if isinstance(one, ast.Raise)]  # fmt: skip
            blames = any(one.exc is not None and _blames(one.exc) for one in raised)
            if (not raised and not loops) or blames:
                kind = "" if node.type is None else f" {ast.unparse(node.type)}"
                does = shown(node.body[-1])
                yield Found(node.lineno, function.name, f"`except{kind}: {does}`")


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(BROAD.search(ast.unparse(kind)) for kind in kinds)


def _blames(raised: ast.expr) -> bool:
    """Whether it becomes a 4xx."""
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, int) and one.value in CLIENT_ERRORS
        for one in ast.walk(raised)
    ) or re.search(r"HTTP_4\d\d", ast.unparse(raised)) is not None  # fmt: skip


def waits_without_limit(tree: ast.AST) -> Iterator[Found]:
    """A pool, an engine or a client whose waits have no limit, with its present settings."""
    for owner in (tree, *functions_of(tree)):
        for node, _ in walk(owner):
            if not isinstance(node, ast.Call) or (limits := LIMITS.get(called(node))) is None:
                continue
            text = ast.unparse(node)
            missing = [name for name in limits if name not in text]
            name = getattr(owner, "name", "the module")
            if "timeout=None" in text:
                yield Found(node.lineno, name, f"`{called(node)}` has `timeout=None`")
            elif missing:
                told = f"`{called(node)}` sets no {' and no '.join(missing)}"
                yield Found(node.lineno, name, told)


def late_commits(tree: ast.AST) -> Iterator[Found]:
    """A dependency that commits behind its ``yield``, or a write that a task does later."""
    for function in functions_of(tree):
        yielded = 0
        for node, _ in walk(function):
            if isinstance(node, ast.Yield):
                yielded = node.lineno
            elif yielded and called(node) in COMMITS and isinstance(node, ast.Call):
                told = "commits behind `yield`, when the answer may have been sent"
                yield Found(node.lineno, function.name, told)
                break
            elif called(node) in LATER and isinstance(node, ast.Call):
                told = f"`{shown(node)}` goes on behind the answer"
                yield Found(node.lineno, function.name, told)


def unconfirmed_success(tree: ast.AST) -> Iterator[Found]:
    """A commit or a write behind the answer, or an error that is hidden."""
    yield from late_commits(tree)
    yield from swallowed_errors(tree)


def several_commits(tree: ast.AST) -> Iterator[Found]:
    """More than one transaction in a function."""
    for function in functions_of(tree):
        calls_ = [node for node, _ in walk(function) if isinstance(node, ast.Call)]
        lines = sorted({node.lineno for node in calls_ if called(node) in TRANSACTIONS})
        if len(lines) > 1:
            other = ", ".join(map(str, lines[1:4]))
            yield Found(lines[0], function.name, f"one transaction here, another in line {other}")


def repeats(tree: ast.AST) -> Iterator[Found]:
    """A loop around ``try``, or a decorator, that does something again."""
    for function in functions_of(tree):
        for decorator in function.decorator_list:
            text = ast.unparse(decorator)
            if re.search(r"\b(retry|retrying|backoff|on_exception|stamina)\b", text):
                yield Found(function.lineno, function.name, f"`@{text[:50]}` repeats it")
        for node, _ in walk(function):
            if isinstance(node, ast.For) and any(
                isinstance(one, ast.Try) and _is_retried(one) for one in ast.walk(node)
            ):
                yield Found(node.lineno, function.name, f"`for {shown(node.target)} …` repeats it")


def _is_retried(node: ast.Try) -> bool:
    returns = any(isinstance(one, ast.Return | ast.Break)
                  for part in (*node.body, *node.orelse) for one in ast.walk(part))  # fmt: skip
    return returns and any(_is_broad(handler) for handler in node.handlers)


def parts_or_repeats(tree: ast.AST) -> Iterator[Found]:
    """What does a part again: a key that is only looked up, a repetition, or transactions of which
    the first one stays.
    """
    yield from lookups_of_keys(tree)
    yield from repeats(tree)
    yield from several_commits(tree)


def lookups_of_keys(tree: ast.AST) -> Iterator[Found]:
    """A key that is looked up before the row is added, where nothing refuses a second one."""
    for function in functions_of(tree):
        text = ast.unparse(function)
        if not KEY.search(text) or ON_CONFLICT.search(text):
            continue
        lookup = LOOKUP.search(text)
        if lookup is not None and ADD.search(text, lookup.end()):
            told = "the key is looked up, then the row is added: two at once both find none"
            yield Found(function.lineno, function.name, told)

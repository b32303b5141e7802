"""How causes are usually written, and the sound form of each, which is not a suspect."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.core.events import HandlerLocated
from squall.gates.capacity_returns import LOST
from squall.gates.verdict import Finding, Verdict
from squall.lab import suspects_at_rest as at_rest
from squall.lab import suspects_of_answers as answers
from squall.lab.suspects import locate_suspects

LEAKS = """
async def read(pool):
    c = await pool.acquire(timeout=1)
    row = await c.fetchrow("SELECT 1")
    await pool.release(c)
    return row
"""
GIVES = """
async def read(pool):
    c = await pool.acquire(timeout=1)
    try:
        return await c.fetchrow("SELECT 1")
    finally:
        await pool.release(c)

async def other(pool):
    async with pool.acquire() as c:
        return await c.fetchrow("SELECT 1")
"""
PAIRS: list[tuple[Callable[[ast.AST], Any], str, str]] = [
    (at_rest.unreleased, LEAKS, GIVES),
    (
        at_rest.settings,
        "async def f(c):\n    await c.execute(\"SELECT set_config('app.tenant', $1, false)\")",
        (
            "async def f(c):\n    await c.execute('UPDATE a SET b = 1')\n"
            "    await c.execute('SET LOCAL x = 1')"
        ),
    ),
    (
        at_rest.advisory_locks,
        "def f(c):\n    c.execute('SELECT pg_advisory_lock(%s)')",
        "def f(c):\n    c.execute('SELECT pg_advisory_xact_lock(%s)')",
    ),
    (
        at_rest.loops_without_guard,
        "async def f(c):\n    while True:\n        await c.poll()\n        await sleep(1)",
        (
            "async def f(c):\n    while True:\n        try:\n            await c.poll()\n"
            "        except OSError:\n            pass\n        await sleep(1)"
        ),
    ),
    (
        at_rest.loops_without_guard,
        "async def f(c):\n    await c.execute('LISTEN jobs')\n    async for n in c.notifies(): ...",
        (
            "async def g():\n    while True:\n        try:\n            await f(c)\n"
            "        except OSError: ...\n"
            "async def f(c):\n    await c.execute('LISTEN jobs')"
        ),
    ),
    (
        answers.lookups_of_keys,
        (
            "def put(key):\n    # idempotency\n    old = select(Note, idempotency_key=key)\n"
            "    s.add(Note(idempotency_key=key))"
        ),
        "def put(key):\n    c.execute('INSERT INTO n(idempotency_key) … ON CONFLICT DO NOTHING')",
    ),
    (
        at_rest.breakers_without_a_pause,
        "class Breaker:\n    def check(self):\n        if self.failures > 5:\n            raise X",
        (
            "class Breaker:\n    def check(self):\n"
            "        if self.failures > 5 and monotonic() < self.until:\n            raise Open"
        ),
    ),
    (
        at_rest.kept_entries,
        "async def f(k):\n    running[k] = 1\n    await g()\n    del running[k]",
        (
            "async def f(k):\n    running[k] = 1\n    try:\n        await g()\n"
            "    finally:\n        del running[k]"
        ),
    ),
    (
        at_rest.swallowed_cancellation,
        (
            "async def f():\n    while True:\n        try:\n            await g()\n"
            "        except BaseException:\n            pass"
        ),
        (
            "async def f():\n    while True:\n        try:\n            await g()\n"
            "        except CancelledError:\n            raise\n        except Exception: ..."
        ),
    ),
    (
        answers.blocking_calls,
        "async def f():\n    time.sleep(1)\n    session.execute(q)",
        (
            "async def f():\n    await asyncio.sleep(1)\n    await session.execute(q)\n"
            "    (await session.execute(q)).scalars()"
        ),
    ),
    (
        answers.swallowed_errors,
        (
            "async def f(c):\n    try:\n        return await c.fetch(Q)\n"
            "    except Exception:\n        return []"
        ),
        (
            "async def f(c):\n    try:\n        return await c.fetch(Q)\n"
            "    except UniqueViolationError:\n        return []\n"
            "    except SQLAlchemyError:\n        raise HTTPException(503)"
        ),
    ),
    (
        answers.swallowed_errors,
        (
            "def f(c):\n    try:\n        return c.get()\n    except Exception:\n"
            "        raise HTTPException(status_code=status.HTTP_401_UNAUTHORIZED)"
        ),
        "def f(c):\n    try:\n        return c.get()\n    except Exception:\n        raise",
    ),
    (
        answers.waits_without_limit,
        "engine = create_async_engine(URL, pool_size=5)",
        "engine = create_async_engine(URL, pool_timeout=1, connect_args={'command_timeout': 1})",
    ),
    (answers.waits_without_limit, "c = AsyncClient(timeout=None)", "c = AsyncClient(timeout=1)"),
    (
        answers.late_commits,
        "def db():\n    s = S()\n    yield s\n    s.commit()",
        "def db():\n    s = S()\n    yield s\n\ndef put(s):\n    s.commit()",
    ),
    (
        answers.unconfirmed_success,
        "def put(t):\n    try:\n        t.commit()\n    except AWAY as e:\n        log.warning(e)",
        "def put(t):\n    try:\n        t.commit()\n    except AWAY as e:\n        raise X from e",
    ),
    (
        answers.several_commits,
        "def put(s):\n    s.add(a)\n    s.commit()\n    s.add(b)\n    s.commit()",
        "def put(s):\n    s.add(a)\n    s.add(b)\n    s.commit()",
    ),
    (
        answers.repeats,
        (
            "async def f():\n    for n in range(3):\n        try:\n            return await g()\n"
            "        except OSError:\n            pass"
        ),
        "async def f():\n    for n in range(3):\n        await g()",
    ),
    (answers.repeats, "@retry(times=3)\ndef f(): ...", "@app.get('/')\ndef f(): ..."),
]


@pytest.mark.parametrize(("pattern", "defect", "sound"), PAIRS)
def test_a_pattern_finds_the_defect_and_not_its_twin(
    pattern: Callable[[ast.AST], Any], defect: str, sound: str
) -> None:
    assert list(pattern(ast.parse(defect)))
    assert not list(pattern(ast.parse(sound)))


def test_what_only_starts_the_app_is_no_suspect() -> None:
    start = ast.parse("async def lifespan(app):\n    time.sleep(1)")
    assert not list(answers.blocking_calls(start))


def test_a_failure_at_rest_leads_to_the_line_and_those_that_answered_come_first(
    tmp_path: Path, evidence: Any, make: Any
) -> None:
    (tmp_path / "main.py").write_text(LEAKS + LEAKS.replace("read(", "other("))
    bad = make.refusal(1)
    answered = HandlerLocated(at=1.0, operation=bad.name, place="main.py:9 in other")
    run = evidence([bad], [*make.outage(), answered])
    lost = Finding(
        gate="capacity-returns", verdict=Verdict.FAIL, reason="lost", code=LOST, ops=(bad.id,)
    )
    profile = AppProfile(
        name="x", app="main:app", operations=(), contract=DEFAULT_CONTRACT, cwd=tmp_path
    )
    found = list(locate_suspects(profile, run, [lost], 2.0))
    assert [one.place for one in found] == ["main.py:9 in other", "main.py:3 in read"]
    assert "no `finally`" in found[0].what
    assert not list(locate_suspects(profile, run, [], 2.0))

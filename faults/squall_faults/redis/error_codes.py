"""Errors that Redis answers with: their texts, and which commands get them.

Source: Valkey 9, src/server.c (createSharedObjects), and the flags of the commands in src/commands.
"""

from __future__ import annotations

import re

from squall_faults import validate
from squall_faults.errors import InvalidFault

MOST = 1_000_000

CODE = re.compile(r"[A-Z]{2,30}")
NAMES = re.compile(r"([A-Za-z][\w.-]*(\|[A-Za-z][\w.-]*)*)?")
MESSAGE = re.compile(r"[^\r\n\0]{0,900}")

TEXTS = {
    "BUSY": "Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
    "CLUSTERDOWN": "The cluster is down",
    "LOADING": "Redis is loading the dataset in memory",
    "MASTERDOWN": "Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "MISCONF": "Redis is configured to save RDB snapshots, but it's currently unable to persist"
    " to disk. Commands that may modify the data set are disabled.",
    "NOAUTH": "Authentication required.",
    "NOREPLICAS": "Not enough good replicas to write.",
    "NOSCRIPT": "No matching script. Please use EVAL.",
    "OOM": "command not allowed when used memory > 'maxmemory'.",
    "READONLY": "You can't write against a read only replica.",
    "TRYAGAIN": "Multiple keys request during rehashing of slot",
    "WRONGTYPE": "Operation against a key holding the wrong kind of value",
}

GROWING = (
    "APPEND|BITFIELD|BITOP|COPY|DECR|DECRBY|EVAL|EVALSHA|FCALL|GEOADD|GETSET|HINCRBY|HINCRBYFLOAT"
    "|HMSET|HSET|HSETNX|INCR|INCRBY|INCRBYFLOAT|LINSERT|LMOVE|LPUSH|LPUSHX|LSET|MSET|MSETNX|PFADD"
    "|PFMERGE|PSETEX|RESTORE|RPOPLPUSH|RPUSH|RPUSHX|SADD|SDIFFSTORE|SET|SETBIT|SETEX|SETNX|SETRANGE"
    "|SINTERSTORE|SUNIONSTORE|XADD|XGROUP|ZADD|ZINCRBY|ZRANGESTORE|ZUNIONSTORE"
)
"""Commands that may need more memory, and scripts, which may contain them."""

WRITES = GROWING + (
    "|BLMOVE|BLPOP|BRPOP|BZPOPMAX|BZPOPMIN|DEL|EXPIRE|EXPIREAT|FLUSHALL|FLUSHDB|GETDEL|GETEX|HDEL"
    "|HEXPIRE|LPOP|LREM|LTRIM|MOVE|PERSIST|PEXPIRE|PEXPIREAT|RENAME|RENAMENX|RPOP|SMOVE|SPOP|SREM"
    "|UNLINK|XACK|XAUTOCLAIM|XCLAIM|XDEL|XREADGROUP|XTRIM|ZPOPMAX|ZPOPMIN|ZREM|ZREMRANGEBYRANK"
    "|ZREMRANGEBYSCORE"
)

COMMANDS = {
    "MISCONF": WRITES,
    "NOREPLICAS": WRITES,
    "NOSCRIPT": "EVALSHA",
    "OOM": GROWING,
    "READONLY": WRITES,
}
"""Who gets an error that not every command gets."""


def code(value: object) -> None:
    """InvalidFault unless ``value`` has the form of an error code."""
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise InvalidFault(f"code must be a word in capitals such as LOADING, got {value!r}")


def message(value: object) -> None:
    """InvalidFault unless ``value`` is one line of text; an empty one stands for the usual."""
    if not isinstance(value, str) or not MESSAGE.fullmatch(value):
        raise InvalidFault(f"message must be one line of text, got {value!r}")


def names(value: object) -> None:
    """InvalidFault unless ``value`` is names of commands, separated by ``|``, or empty."""
    if not isinstance(value, str) or not NAMES.fullmatch(value):
        raise InvalidFault(f"command must be names such as GET|MGET, got {value!r}")


def counts(nth: object, times: object) -> None:
    """InvalidFault unless these say which matches count."""
    validate.whole_number("nth", nth, least=1, most=MOST)
    validate.whole_number("times", times, least=0, most=MOST)


def chosen(command: str, nth: int, times: int) -> dict[str, object]:
    """The part of a rule that says on which commands it acts, and how often."""
    limits: dict[str, object] = {"command": command} if command else {}
    return {**limits, "nth": nth, **({"times": times} if times else {})}

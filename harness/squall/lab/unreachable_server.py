"""A server that an app could not reach: what its address is, and which variable set it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from squall.config.init.scan_dotenv import dotenv_places
from squall.config.init.where_read import where_is_written

UNREACHED = re.compile(
    r"[Cc]onnection refused|Connect call failed|could not connect|Can't connect to|Errno 111"
    r"|Name or service not known|Temporary failure in name resolution|could not translate host"
    r"|Network is unreachable|No address associated|nodename nor servname|Permission denied"
    r"|ServerSelectionTimeoutError|Name does not resolve|Errno 13\b|Errno -[235]\b"
)
PLACE = (
    re.compile(r"\('(?P<host>[\w.:-]+)', (?P<port>\d+)"),
    re.compile(r"connecting to (?P<host>[\w.-]+):(?P<port>\d+)"),
    re.compile(r"server at \"(?P<host>[^\"]+)\"[^,]*, port (?P<port>\d+)"),
    re.compile(r"[Mm]ulti?ple exceptions.*?(?P<host>[\w.]+):(?P<port>\d+)"),
    re.compile(r"host name \"(?P<host>[^\"]+)\""),
    re.compile(r"server on '(?P<host>[\w.-]+)'"),
    re.compile(r"://(?:[^@/\s]*@)?(?P<host>[\w.-]+):(?P<port>\d+)"),
    re.compile(r"\b(?P<host>localhost|127\.0\.0\.1|[a-z][\w.-]+):(?P<port>\d{3,5})\b"),
)
HOST = re.compile(r"HOST(?:NAME)?|SERVER|ADDR(?:ESS)?", re.IGNORECASE)
BY_PORT = {
    5432: "PostgreSQL", 6379: "Redis", 3306: "MySQL", 5672: "a message broker (RabbitMQ)",
    27017: "MongoDB", 9092: "Kafka", 11211: "memcached", 9200: "Elasticsearch", 1025: "SMTP",
    25: "SMTP", 587: "SMTP", 9000: "object storage (S3)", 8500: "Consul", 4222: "NATS",
}  # fmt: skip
BY_WORD = (
    (r"redis|valkey", "Redis", 6379),
    (r"pymysql|aiomysql|MySQL", "MySQL", 3306),
    (r"kombu|amqp|aio_pika|pika|celery|rabbit", "a message broker (RabbitMQ)", 5672),
    (r"pymongo|motor|mongo", "MongoDB", 27017),
    (r"kafka", "Kafka", 9092),
    (r"elastic", "Elasticsearch", 9200),
    (r"asyncpg|psycopg|postgres|sqlalchemy|tortoise|piccolo", "PostgreSQL", 5432),
)
NAMES = {
    "PostgreSQL": r"DATABASE|DB|POSTGRES|PG|SQL", "Redis": r"REDIS|CACHE|VALKEY",
    "MySQL": r"MYSQL|DATABASE|DB", "a message broker (RabbitMQ)": r"BROKER|RABBIT|AMQP|CELERY",
    "MongoDB": r"MONGO", "Kafka": r"KAFKA", "Elasticsearch": r"ELASTIC",
}  # fmt: skip


def hint_for_unreachable_server(
    words: str, directory: Path | None, environment: Mapping[str, str]
) -> str:
    """What to do; empty if the log shows no such failure."""
    if not UNREACHED.search(words):
        return ""
    host, port = _place(words)
    server = BY_PORT.get(port) or next(
        (name for pattern, name, _ in BY_WORD if re.search(pattern, words)), "another server"
    )
    port = port or next((number for _, name, number in BY_WORD if name == server), 0)
    address = f"{host}:{port}" if host and port else host or "its usual address"
    variable = _variable(host, port, server, directory, environment)
    origin = f"; the address comes from {variable}" if variable else ""
    name = variable.partition(" ")[0] if variable else "NAME"
    return _next_step(server, f"({address}){origin}", name)


def _next_step(server: str, place: str, name: str) -> str:
    if server == "PostgreSQL":
        return (
            f"that is the address of a PostgreSQL which is not the lab's {place}: the app does not"
            " use the database that it was given; name its variable with"
            f" --database-env {name}=FORM"
            " (or one for each part, such as POSTGRES_SERVER={host} and POSTGRES_PORT={port})"
        )
    if server == "MySQL":
        return (
            f"that is the address of MySQL {place}: the app does not use PostgreSQL; Squall"
            " tests apps over PostgreSQL"
        )
    return (
        f"that is the address of {server} {place}: nothing outside the lab can be reached; turn it"
        f" off in the app with --env {name}=…, or declare it as a dependency"
    )


def _place(words: str) -> tuple[str, int]:
    for pattern in PLACE:
        for found in pattern.finditer(words):
            groups = found.groupdict()
            return found["host"], int(groups.get("port") or 0)
    return "", 0


def _variable(
    host: str, port: int, server: str, directory: Path | None, environment: Mapping[str, str]
) -> str:
    """``REDIS_URL (.env:3)``, found by its value, else by its name."""
    known = list(_settings(directory, environment))
    values = {name: value for name, value, _ in known}
    fitting = [
        (_alike(name, value, port, values), f"{name} ({place})")
        for name, value, place in known
        if port and host and host in value and (str(port) in value or value == host)
    ]
    if fitting:
        return max(fitting, key=lambda one: one[0])[1]
    pattern = NAMES.get(server)
    if pattern is None:
        return ""
    for name, value, place in known:
        whole = re.search(rf"(?:^|_)(?:{pattern})(?:_|$)", name, re.IGNORECASE)
        if (
            whole
            and re.search(r"URL|URI|DSN|HOST|SERVER|ADDR|BROKER", name, re.IGNORECASE)
            and value
        ):
            return f"{name} ({place})"
    if directory is not None and host and port:
        written = where_is_written(directory, f"{host}:{port}")
        return f"NAME ({written})".replace("NAME ", "source ") if written else ""
    return ""


def _alike(name: str, value: str, port: int, values: Mapping[str, str]) -> bool:
    """Whether the port is in it, too, or in the variable beside it: many hosts may be this one."""
    beside = HOST.sub("PORT", name)
    return str(port) in value or (beside != name and values.get(beside) == str(port))


def _settings(
    directory: Path | None, environment: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    for name, value in environment.items():
        yield name, value, "[tool.squall]"
    if directory is not None:
        for name, value, place in dotenv_places(directory):
            if name not in environment:
                yield name, value, place
    for name, value in os.environ.items():
        if name not in environment:
            yield name, value, "your shell"

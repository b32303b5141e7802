"""Values for an app's other settings: invented if unknown, and never an address outside the lab."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from squall.core import secrets

REFUSES = "127.0.0.1:9"
"""Port 9 (discard): nothing listens there, so connections are refused at once."""

SECRET = secrets.INVENTED
"""32 bytes in URL-safe base64, which is also a valid Fernet key."""

SECRET_NAME = re.compile(r"SECRET|KEY|TOKEN|PASS|PWD|SALT|CREDENTIAL", re.IGNORECASE)
"""A value that is not copied from a compose file into the table, but invented."""

PLACEHOLDER = re.compile(r"^change.?(?:this|me|it)\b|^replace.?(?:this|me)\b", re.IGNORECASE)

SCHEME = re.compile(r"^(?P<scheme>[a-z][a-z0-9+.-]*)://", re.IGNORECASE)
NOT_REACHED = re.compile(
    r"CORS|ORIGIN|FRONTEND|DOMAIN|PUBLIC|REDIRECT|SITE|BASE_URL|ALLOWED|CLIENT_URL|WEB_URL|APP_URL"
    r"|DOCS|OPENAPI|ISSUER|AUDIENCE|ROOT_PATH|API_URL|HOST_URL|SERVER_HOST|APP_HOST|UVICORN|LOGO",
    re.IGNORECASE,
)
"""Addresses that an app only prints or compares, without opening a connection."""
HOST_NAME = re.compile(
    r"^(?!.*(?:FROM|SENDER|MAIL_?ADDR))(?:.*_)?"
    r"(?:HOST|HOSTNAME|SERVER|ENDPOINT|BROKER|ADDR|ADDRESS)S?$",
    re.IGNORECASE,
)
"""The address of a sender is not that of a server."""
HOST_AND_PORT = re.compile(r"^[\w.-]+:\d+$")
SERVICE = re.compile(
    r"REDIS|RABBIT|AMQP|KAFKA|MONGO|ELASTIC|SMTP|MAIL|CELERY|BROKER|CACHE|S3|MINIO|CONSUL|NATS"
    r"|MEMCACHE|VAULT|QDRANT|OPENSEARCH|SENTRY|OTEL|OTLP|JAEGER|STATSD|LOGSTASH|CLICKHOUSE|MQTT",
    re.IGNORECASE,
)
HOST = re.compile(r"^[\w.-]+(?::\d+)?$|^\[?[0-9a-fA-F:]+\]?(?::\d+)?$")
"""A name or an address, with or without a port. A mail address is neither."""
OWN_HOSTS = {"", "0.0.0.0", "testserver", "true", "false"}  # noqa: S104 - what an app itself listens on
"""Values that lead nowhere else. ``SSL_CHECK_HOSTNAME = "false"`` is a switch."""

MAIL = "squall@example.com"
INVENTED_PASSWORD = "Squall-2026-Pass"  # noqa: S105 - of users in a throw-away database
INVENTED = (
    (r"ALGORITHM", "HS256"),
    # Not the user whom Squall registers: the app would refuse the second one.
    (r"(?:ADMIN|ROOT|SUPER).*MAIL|SUPERUSER$", "squall-admin@example.com"),
    (r"PASS(?:WORD|WD)?$", INVENTED_PASSWORD),
    (r"(?:USER|USER_?NAME|LOGIN)$", "squall-admin"),
    (r"EMAIL|MAIL_(?:FROM|SENDER)|FROM_ADDR", MAIL),
    (r"(?:^|_)PORT$", "9"),
    (r"MINUTES|SECONDS|HOURS|(?:^|_)DAYS|EXPIR|TTL|TIMEOUT|LIFETIME|SIZE|LIMIT|WORKERS", "60"),
    (r"(?:^|_)(?:COUNT|MAX|MIN)(?:_|$)", "60"),
    (r"(?:^|_)VERSION$", "1.0"),
    (r"(?:^|_)TITLE$|(?:PROJECT|APP|SERVICE|FIRST|LAST|FULL)_NAME$", "squall"),
    (r"DOMAIN$", "localhost"),
    (r"DEBUG|TESTING|ENABLE|DISABLE|^USE_|^IS_|_ENABLED$|RELOAD|ECHO|TLS|SSL", "false"),
    (r"LOG_?LEVEL", "INFO"),
    (r"ORIGINS|ALLOWED_HOSTS", "[]"),
    (r"ENV(?:IRONMENT)?$|^MODE$|STAGE$", "local"),
    (r"_DB$", "0"),
    (r"(?:TOKEN|AUTH|HEADER)_(?:PREFIX|TYPE|SCHEME)$", "Bearer"),
    (r"PREFIX$|API_STR$|_STR$|ROOT_PATH", "/api"),
)
TYPED = ((r"\bint\b|\bfloat\b|PositiveInt|timedelta", "60"), (r"\bbool\b", "false"),
         (r"[Ll]ist|[Ss]et|[Tt]uple", "[]"), (r"[Dd]ict|Json", "{}"))  # fmt: skip


def invented_value(name: str, annotation: str) -> str:
    """A value that the setting accepts, judged by its name and type."""
    for pattern, text in TYPED:
        if re.search(pattern, annotation):
            return _number(name) if text == "60" else text
    if re.search(r"Url|Dsn|(?<![A-Z])URI(?![A-Z])|_URL$|_DSN$", annotation + name):
        return f"{_scheme_by_name(name)}://{REFUSES}"
    if HOST_NAME.search(name) and "Email" not in annotation:
        return REFUSES.partition(":")[0]
    for pattern, text in INVENTED:
        if re.search(pattern, name, re.IGNORECASE):
            return text
    return MAIL if "EmailStr" in annotation else SECRET


def example_value(name: str, value: str) -> str:
    """The value of an example; another one where the example asks to change it."""
    return invented_value(name, "") if PLACEHOLDER.search(value) else value


def _number(name: str) -> str:
    """Of a refusing port, of Redis's first database, or a usual time or size."""
    upper = name.upper()
    return "9" if upper.endswith("PORT") else "0" if upper.endswith("_DB") else "60"


def closed_value(name: str, value: str) -> str | None:
    """The replacement for an address outside the lab; None if the value is not an address."""
    if NOT_REACHED.search(name) and not SERVICE.search(name):
        return None
    if _leads_outside(value.strip()):
        parts = urlsplit(value.strip())
        return "" if "SENTRY" in name.upper() else f"{parts.scheme}://{REFUSES}{parts.path}"
    names_host = HOST_NAME.search(name) and SERVICE.search(name) and HOST.match(value)
    if names_host and value.lower() not in OWN_HOSTS:
        return REFUSES if HOST_AND_PORT.match(value) else REFUSES.partition(":")[0]
    if re.search(r"(?:^|_)PORT$", name, re.IGNORECASE) and SERVICE.search(name):
        return REFUSES.partition(":")[2]
    return None


def _leads_outside(value: str) -> bool:
    """Whether it is an address. A scheme alone is not: the app prepends it to one."""
    scheme = SCHEME.match(value)
    if scheme is None or scheme["scheme"].lower().partition("+")[0] in ("file", "sqlite", "data"):
        return False
    return len(value) > scheme.end()


def _scheme_by_name(name: str) -> str:
    for word, scheme in (("REDIS", "redis"), ("CELERY", "redis"), ("RABBIT", "amqp"),
                         ("AMQP", "amqp"), ("MONGO", "mongodb"), ("DATABASE", "postgresql"),
                         ("POSTGRES", "postgresql")):  # fmt: skip
        if word in name.upper():
            return scheme
    return "http"

"""Invented values fit their names, and only addresses are replaced."""

from __future__ import annotations

import pytest
from squall.config.init.safe_values import SECRET, closed_value, invented_value


@pytest.mark.parametrize(
    ("name", "annotation", "value"),
    [
        ("ADMIN_USERNAME", "", "squall-admin"),
        ("ADMIN_EMAIL", "", "squall-admin@example.com"),
        ("ADMIN_PASSWORD", "", "Squall-2026-Pass"),
        ("FIRST_SUPERUSER", "EmailStr", "squall-admin@example.com"),
        ("MAIL_FROM", "", "squall@example.com"),
        ("TWILIO_ACCOUNT_SID", "", SECRET),
        ("POOL_MAX", "", "60"),
        ("CACHE_DB", "int", "0"),
        ("CACHE_PORT", "int", "9"),
        ("MAX_USERS", "int", "60"),
        ("DOMAIN", "", "localhost"),
        ("TEST_DATABASE_URL", "", "postgresql://127.0.0.1:9"),
        ("SECRET_KEY", "", SECRET),
    ],
)
def test_a_value_fits_the_name_of_its_setting(name: str, annotation: str, value: str) -> None:
    assert invented_value(name, annotation) == value


@pytest.mark.parametrize(
    ("name", "value", "closed"),
    [
        ("EMAIL_FROM_ADDRESS", "noreply@example.org", None),
        ("EMAIL_FROM_ADDRESS", "changethis", None),
        ("REDIS_SSL_CHECK_HOSTNAME", "false", None),
        ("SMTP_HOST", "mail.example.org", "127.0.0.1"),
        ("SMTP_SERVER", "mail.example.org:587", "127.0.0.1:9"),
        ("SMTP_PORT", "587", "9"),
        ("BROKER_URL", "amqp://rabbit:5672/x", "amqp://127.0.0.1:9/x"),
        ("FRONTEND_URL", "https://example.org", None),
    ],
)
def test_only_an_address_outside_the_lab_is_closed(
    name: str, value: str, closed: str | None
) -> None:
    assert closed_value(name, value) == closed

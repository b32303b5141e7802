"""--postgres: a major version, handed to the children, and repeated by the reproduce command."""

from __future__ import annotations

import os

import click
import pytest
from click.testing import CliRunner
from squall.cli.app_options import reproduce_arguments
from squall.cli.check import check
from squall.cli.postgres_option import postgres_option, postgres_words
from squall.core.errors import UsageError


@click.command()
@postgres_option
def shown() -> None:
    click.echo(f"{os.environ.get('SQUALL_POSTGRES')} {postgres_words()}")


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQUALL_POSTGRES", "17")


def test_the_option_goes_before_the_variable() -> None:
    assert CliRunner().invoke(shown, ["--postgres", "15"]).output == "15 ['--postgres', '15']\n"


def test_without_the_option_the_variable_is_taken() -> None:
    assert CliRunner().invoke(shown, []).output == "17 ['--postgres', '17']\n"


@pytest.mark.parametrize("wrong", ["latest", "9.6", "015", ""])
def test_what_is_no_major_version_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="give a major version, such as 17"):
        CliRunner().invoke(
            shown, ["--postgres", wrong], standalone_mode=False, catch_exceptions=False
        )


def test_several_versions_are_for_a_command_that_takes_them() -> None:
    with pytest.raises(UsageError, match="several versions are for squall check"):
        CliRunner().invoke(
            shown, ["--postgres", "15,17"], standalone_mode=False, catch_exceptions=False
        )


def test_the_command_that_repeats_an_outage_has_the_version_once() -> None:
    """The option has no value of its own in the context: its words come from the variable."""
    context = check.make_context("check", ["x:y", "--postgres", "15", "--writes"])
    with context:
        assert reproduce_arguments(context) == ["x:y", "--writes"]
    assert postgres_words() == ["--postgres", "15"]

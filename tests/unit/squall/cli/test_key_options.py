"""Options made from the table of keys take what their keys take, and say what is wanted."""

from __future__ import annotations

import click
import pytest
from squall.cli.app_options import OPTIONS
from squall.cli.check import check
from squall.cli.key_options import KeyValue, key_option
from squall.config.keys import KEYS


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("min_coverage", "60", 60),
        ("min_coverage", "60%", 60),
        ("min_coverage", " 12.5 % ", 12.5),
        ("deadline_seconds", "0.5", 0.5),
        ("deadline_seconds", "60", 60),
        ("ready", "/readyz", "/readyz"),
    ],
)
def test_a_value_is_read(key: str, text: str, value: object) -> None:
    assert KeyValue(KEYS[key]).convert(text, None, None) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(("min_coverage", text) for text in ("most", "-1", "101%", "nan", "")),
        *(("deadline_seconds", text) for text in ("soon", "0", "-1", "61", "inf", "nan", "5%")),
        ("ready", "readyz"),
        ("openapi", ""),
    ],
)
def test_a_wrong_value_is_an_error_of_the_option_that_says_what_is_wanted(
    key: str, text: str
) -> None:
    with pytest.raises(click.BadParameter) as caught:
        KeyValue(KEYS[key]).convert(text, None, None)
    assert str(caught.value) == f"must be {KEYS[key].wanted}, got {text!r}"


def test_the_command_has_every_option_with_the_words_of_the_table() -> None:
    options = {word: one for one in check.params for word in one.opts}
    for name in OPTIONS:
        option = options[KEYS[name].flag.strip("`")]
        assert isinstance(option, click.Option)
        assert option.help is not None
        meaning = KEYS[name].meaning.removeprefix("`true`: ")  # a flag is given or not
        assert option.help.lower().startswith(meaning.replace("`", "").lower())


def test_every_key_with_an_option_is_made_from_the_table_or_by_hand() -> None:
    by_hand = {"app", "factory", "skip"}
    assert {name for name, key in KEYS.items() if key.flag} == {*OPTIONS, *by_hand}


@pytest.mark.parametrize(
    ("key", "repeated"), [("setup", True), ("headers", True), ("ready", False)]
)
def test_a_list_or_a_table_is_given_a_value_at_a_time(key: str, repeated: bool) -> None:
    made = key_option(key)(lambda: None)
    option = made.__click_params__[0]
    assert option.multiple is repeated

"""The lists of an object, as digests of their texts."""

from __future__ import annotations

from squall.history.list_shape import MAX_TEXTS, describe_lists, lists_of, read_lists
from squall.history.shape import text_digest


def test_texts_of_a_list_and_of_the_objects_in_it_are_kept() -> None:
    body = {"title": "Soup", "steps": ["boil", {"id": 7, "words": "stir"}, ""], "tags": []}
    told = read_lists(describe_lists(body))
    assert told == {"steps": frozenset({text_digest("boil"), text_digest("stir")})}


def test_lists_of_numbers_and_long_ones_are_left_out() -> None:
    assert describe_lists({"sizes": [1, 2], "title": "Soup"}) == ""
    assert describe_lists({"steps": ["s"] * (MAX_TEXTS + 1)}) == ""
    assert describe_lists(["boil"]) == ""


def test_an_answer_is_read_from_its_text() -> None:
    assert lists_of('{"steps": ["boil"]}') == describe_lists({"steps": ["boil"]})
    assert lists_of("{") == ""
    assert read_lists("") == {}

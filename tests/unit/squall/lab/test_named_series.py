"""Series of metrics that are of one request each."""

from __future__ import annotations

from squall.lab.named_series import count_named

KEYS = {"r7-1", "r7-2"}


def test_a_label_with_the_key_of_a_request_is_counted() -> None:
    lines = ['failed_total{key="r7-1",status="503"} 1.0', 'failed_total{status="503",key="r7-2"} 2']
    assert count_named(lines, KEYS) == 2


def test_labels_with_few_values_are_not() -> None:
    lines = [
        'failed_total{key="orders",status="503"} 1.0',
        'failed_total{route="/orders/r7-1"} 1.0',
        "r7-1 1.0",
        'quoted{text="say \\"r7-1\\""} 1.0',
    ]
    assert count_named(lines, KEYS) == 0

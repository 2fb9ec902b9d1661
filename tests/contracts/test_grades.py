"""The compatibility table, and which bump of a version is enough."""

from __future__ import annotations

import pytest

from contracts.grades import BUMPS, NEEDED, TABLE, bump, enough, grade


@pytest.mark.parametrize(
    ("row", "kind", "direction", "inbound", "outbound"),
    [
        ("wire", "wire", "both", "breaking", "breaking"),
        ("replaced", "content", "both", "breaking", "breaking"),
        ("appended", "wire", "both", "breaking", "breaking"),
        ("reserved", "content", "loosens", "compatible", "review"),
        ("tightened", "content", "tightens", "breaking", "compatible"),
        ("loosened", "content", "loosens", "compatible", "breaking"),
        ("rewritten", "content", "undetermined", "review", "review"),
        ("weakened", "gate", "neither", "review", "review"),
        ("recounted", "denominator", "neither", "review", "review"),
        ("mapping", "mapping", "neither", "patch", "patch"),
        ("words", "words", "neither", "patch", "patch"),
    ],
)
def test_the_rows_of_the_contract_format(row: str, kind: str, direction: str, inbound: str, outbound: str) -> None:
    found = TABLE[row]
    assert (found.kind, found.direction, found.inbound, found.outbound) == (kind, direction, inbound, outbound)


def test_a_direction_that_replay_found_grades_as_if_the_text_had_told_it() -> None:
    assert (grade("rewritten", "inbound", "tightens"), grade("rewritten", "outbound", "tightens")) == (
        "breaking",
        "compatible",
    )
    assert grade("regrouped", "inbound", "loosens") == "compatible"
    assert grade("rewritten", "inbound", "both") == "breaking"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.2.3", "1.2.3", "none"),
        ("1.2.3", "1.2.4", "patch"),
        ("1.2.3", "1.3.0", "minor"),
        ("1.2.3", "2.0.0", "major"),
        ("1.9.0", "1.10.0", "minor"),
        ("1.2.3", "1.2.2", "none"),
        ("2.0.0", "1.9.9", "none"),
        ("0.1.0", "0.2.0", "major"),
        ("0.1.0", "0.1.1", "patch"),
        ("0.9.0", "1.0.0", "major"),
        ("", "1.0.0", "major"),
        ("1.0.0", "", "major"),
        ("", "", "none"),
    ],
)
def test_a_bump_is_the_first_part_that_was_raised(old: str, new: str, expected: str) -> None:
    assert bump(old, new) == expected


def test_a_larger_bump_is_enough_for_a_smaller_need() -> None:
    assert [enough(given, "minor") for given in BUMPS] == [True, True, False, False]
    assert NEEDED == {"breaking": "major", "review": "minor", "compatible": "minor", "patch": "patch"}

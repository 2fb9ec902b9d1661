"""What is written for Spark alone: quoting and regular expressions, without a Spark."""

from __future__ import annotations

import pytest

from contracts.sql import SPARK
from contracts.sql.spark_dialect import java


@pytest.mark.parametrize(
    ("name", "written"),
    [("v1 AMOUNT", "`v1 AMOUNT`"), ("f headers.0 T", "`f headers.0 T`"), ("a`b", "`a``b`"), ('a"b', '`a"b`')],
)
def test_a_name_stands_in_backticks_and_keeps_its_own(name: str, written: str) -> None:
    assert SPARK.name(name) == written


@pytest.mark.parametrize(
    ("value", "written"), [("a", "'a'"), ("it's", r"'it\'s'"), ("\\d", r"'\\d'"), ("\\'", r"'\\\''"), ("", "''")]
)
def test_a_text_keeps_quotes_and_backslashes(value: str, written: str) -> None:
    assert SPARK.text(value) == written


def test_like_has_no_escape_sign() -> None:
    assert SPARK.is_like("T", "50\\%") == r"(T LIKE '50\\\\%')"


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("^a$", r"(?Ud)^a\z"),  # not before a line feed at the end
        (r"5\$$", r"(?Ud)5\$\z"),
        ("[$]", "(?Ud)[$]"),
        (r"[\]$]$", r"(?Ud)[\]$]\z"),
        ("[]$]$", r"(?Ud)[]$]\z"),
        ("[^]$]$", r"(?Ud)[^]$]\z"),
        (r"\d\\$", r"(?Ud)\d\\\z"),
    ],
)
def test_the_end_of_a_text_is_the_end_for_java_too(pattern: str, written: str) -> None:
    assert java(pattern) == written


def test_a_pattern_of_the_whole_text_holds_its_alternatives_together() -> None:
    assert SPARK.is_whole("T", "a|b") == r"(T RLIKE '(?Ud)^(?:a|b)\\z')"
    assert SPARK.part("T", "(a)|b", 1) == r"regexp_extract(T, '(?Ud)^(?:(a)|b)\\z', 1)"

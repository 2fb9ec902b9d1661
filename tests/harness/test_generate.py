"""Valid payloads out of a contract alone: what they keep, how varied they are, how small they shrink."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from contracts import Records, frames
from harness import Composed, Composer, ContractError, failing, load, masked_records, strategy, unit_numbers, whole
from harness.generate.patterns import matching
from harness.generate.texts import FOUR_BYTES, HURTING, hurting, nobodys, void_identifier

JOURNALS, ORDERS, WORKERS = "finance.gl_journals", "procurement.purchase_orders", "hr.workers"
OWNER = "SourceSystemOwner"
ALL = (JOURNALS, "finance.ap_invoices", "procurement.suppliers", ORDERS, WORKERS)


@cache
def composer(identity: str) -> Composer:
    return Composer(load(identity, "nc_district"))


@cache
def composed(identity: str, payloads: int, **more: int) -> list[Composed]:
    one = composer(identity)
    return [Composed(one.contract, one.compose(Random(seed), **more)) for seed in range(payloads)]


# the strategy


def test_the_smallest_journal_is_two_lines_that_balance() -> None:
    [debit, credit] = find(strategy(composer(JOURNALS)), bool)["gl"]
    assert debit["ENTERED_DR"] == credit["ENTERED_CR"]
    assert debit["REFERENCE4"] == credit["REFERENCE4"]


def test_a_failing_journal_shrinks_to_the_lines_that_make_it_fail() -> None:
    def of_several_journals(records: Composed) -> bool:
        return len(set(unit_numbers(records.contract, records)["gl"])) > 1

    least = find(strategy(composer(JOURNALS)), of_several_journals)
    assert len(least["gl"]) <= 4


@pytest.mark.parametrize("identity", ALL)
def test_payloads_of_twenty_records_pass_every_health_check(identity: str) -> None:
    @settings(max_examples=15, deadline=None, database=None)
    @given(strategy(composer(identity), max_records=20))
    def holds(records: Composed) -> None:
        assert failing(records.contract, records) == {}
        largest = max(sum(map(len, seed.values())) for seed in composer(identity).seeds.values())
        assert sum(map(len, records.values())) <= max(20, largest)

    holds()


def test_a_payload_is_printed_without_personal_values() -> None:
    payloads = composed(WORKERS, 40)
    for records in payloads:
        for file, rows in masked_records(records.contract, records).items():
            columns = records.contract.files[file].columns
            assert {row[name] for row in rows for name in row if name in columns and columns[name].masked} <= {"***"}
    assert any("***" in repr(records) for records in payloads)


def test_of_a_huge_payload_the_beginning_is_printed() -> None:
    contract = composer(WORKERS).contract
    shown = repr(Composed(contract, {"worker": [{"ActionCode": "x" * 2_000} for _ in range(30)]}))
    assert shown.startswith("{'worker': ")
    assert shown.endswith(" characters)")
    assert len(shown) < 21_000


def test_a_contract_without_a_valid_example_has_no_payloads() -> None:
    with pytest.raises(ContractError, match="no valid example"):
        Composer(replace(load(JOURNALS, "nc_district"), examples={}))


# what they are made of


@pytest.mark.parametrize("identity", ALL)
def test_payloads_differ_in_size_and_hold_several_units(identity: str) -> None:
    payloads = composed(identity, 150)
    units = Counter(len({n for rows in unit_numbers(one.contract, one).values() for n in rows}) for one in payloads)
    assert units[1]
    assert sum(count for number, count in units.items() if number > 1) > 20
    assert len({repr(dict(one).items()) for one in payloads}) > 100
    assert all(whole(one.contract, one) for one in payloads)


def test_account_combinations_are_drawn_as_rows() -> None:
    rows = [row for one in composed(JOURNALS, 100) for row in one["gl"]]
    combinations = {tuple(row.get(f"SEGMENT{n}") for n in range(1, 8)) for row in rows}
    listed = composer(JOURNALS).contract.lists["account_combination"].rows
    assert listed is not None
    assert len(combinations) > 10
    assert combinations - {(None,) * 7} <= set(listed.select(listed.columns[:7]).iter_rows())


def test_a_worker_has_rows_of_several_dates_without_gap() -> None:
    found = 0
    for one in composed(WORKERS, 150):
        rows = Counter(row.get("SourceSystemId") for row in one.get("assignment", ()))
        found += any(count > 1 for count in rows.values())
    assert found


def test_texts_that_hurt_reach_the_payload() -> None:
    for identity in ALL:
        texts = Counter(
            text for one in composed(identity, 150) for rows in one.values() for row in rows for text in row.values()
        )
        assert len(texts.keys() & set(HURTING)) > 20, identity
        assert any(text and FOUR_BYTES * 30 in text for text in texts), identity


def test_no_line_feed_is_drawn_where_a_line_is_a_record() -> None:
    for identity in set(ALL) - {WORKERS}:
        texts = [
            text or ""
            for one in composed(identity, 150)
            for rows in one.values()
            for row in rows
            for text in row.values()
        ]
        assert not any("\n" in text for text in texts), identity
        assert any("\r" in text for text in texts), identity


@pytest.mark.parametrize(
    ("kind", "pattern"),
    {
        "quotes": r'"', "commas": ",", "newlines": r"\n", "carriage returns": r"\r", "pipes": r"\|",
        "backslashes": r"\\", "leading zeros": r"^0+\d", "scientific notation": r"^\d\.?\d*E\+?\d",
        "trailing blanks": " $", "accents": "[éÆŁ]", "emoji": "🏫", "right to left": "[\u0590-\u06ff]",
        "four bytes at the limit": f"^{FOUR_BYTES}{{40}}$", "formula starts =": "^=", "+": r"^\+", "-": "^-", "@": "^@",
        "END": "^END$", "NULL": "^NULL$",
    }.items(),
)  # fmt: skip
def test_every_kind_of_hurting_text_is_drawn(kind: str, pattern: str) -> None:
    chance = Random(1)
    assert any(re.search(pattern, hurting(chance, 40)) for _ in range(5000)), kind


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_a_hurting_text_fits_its_column(chance: Random, longest: int) -> None:
    assert len(hurting(chance, longest)) <= longest


def test_identifiers_belong_to_nobody() -> None:
    drawn = {void_identifier(Random(seed)) for seed in range(2000)}
    assert len(drawn) > 500
    assert [one for one in drawn if not nobodys(one)] == []


@pytest.mark.parametrize(
    "identifier",
    ["123-45-6789", "666-12-3456", "734-01-0001", "987-65-4321", "950-70-1234", "12-3456789", "000000518", "021000021"],
)  # fmt: skip
def test_a_number_that_may_be_somebodys_is_told_apart(identifier: str) -> None:
    assert not nobodys(identifier)


@pytest.mark.parametrize("identity", [WORKERS, "procurement.suppliers"])
def test_no_payload_holds_a_number_that_may_be_somebodys(identity: str) -> None:
    files = composer(identity).contract.files
    shown = {
        text
        for seed in composer(identity).seeds.values()
        for rows in seed.values()
        for row in rows
        for text in row.values()
    }
    numbers = {
        text
        for one in composed(identity, 150)
        for file, rows in one.items()
        for row in rows
        for name, text in row.items()
        if name in files[file].columns and files[file].columns[name].personal_data == "sensitive"
    }
    assert len(numbers) > 3
    assert [one for one in numbers - shown if one and not nobodys(one)] == []


# chance


PATTERNS = (
    r"[A-Z]{3}",
    r"\d{3}-\d{2}-\d{4}",
    r"(?:AB|CD)x?",
    r"[^,|]{1,4}",
    r"0\d+",
    r"(a|b){2}c*",
    r"[A-Za-z0-9_-]+\.csv",
)


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_a_text_matches_the_pattern_it_is_made_of(pattern: str, chance: Random) -> None:
    assert re.fullmatch(pattern, matching(pattern, chance))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_payload_in_every_process() -> None:
    code = (
        "import hashlib, random; from harness import Composer, load\n"
        f"for name in {(JOURNALS, ORDERS, WORKERS)!r}:\n"
        "    one = Composer(load(name, 'nc_district'))\n"
        "    print(hashlib.sha256(repr([one.compose(random.Random(n)) for n in range(20)]).encode()).hexdigest())\n"
    )
    made = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed}, text=True, capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert made[0] == made[1]
    assert len(made[0].split()) == 3


@pytest.mark.parametrize("draw", [lambda chance: hurting(chance, 40), void_identifier])
def test_texts_come_from_the_chance_that_is_given(draw: Callable[[Random], str]) -> None:
    assert [draw(Random(n)) for n in range(50)] == [draw(Random(n)) for n in range(50)]


@settings(max_examples=30, deadline=None, database=None)
@given(strategy(Composer(load(WORKERS, "oracle", sample=True))), st.randoms(use_true_random=False))
def test_the_generator_and_the_engine_see_the_same_units(records: Composed, chance: Random) -> None:
    ties = {OWNER, "PersonId(SourceSystemId)", "PeriodOfServiceId(SourceSystemId)", "PersonNumber", "WorkTermsNumber"}
    for row in (row for rows in records.values() for row in rows):
        for name in [name for name in row if name in ties and not chance.randint(0, 3)]:
            del row[name]  # so that chains of parents are cut
    engine = Records(records.contract, frames(records.contract, records))
    pairs = {
        pair
        for file, numbers in unit_numbers(records.contract, records).items()
        for pair in zip(numbers, engine.unit(file), strict=True)
    }
    assert len(pairs) == len({ours for ours, _ in pairs}) == len({theirs for _, theirs in pairs})

"""What a check says of a payload: findings, statuses, and the two verdicts of an accept unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts import FINDING_COLUMNS, UNIT_COLUMNS, Contract, load
from harness import check, read, unzipped, write, zipped
from harness.running import unit_hashes
from test_suites.payloads.sources import Records, spoil

Build = Callable[..., Path]


@pytest.fixture
def contract() -> Contract:
    return load("finance.gl_journals", "nc_district")


def test_a_good_payload_has_no_finding_and_every_unit_conforms(
    payload: Build, journals: Records, contract: Contract
) -> None:
    result = check(read(payload(journals), contract), contract)
    assert (result.records, result.submitted, result.conforming, result.predicted_refused) == (40, 2, 2, 0)
    assert result.findings.is_empty()
    assert not result.blocking


def test_frames_have_the_promised_columns(payload: Build, journals: Records, contract: Contract) -> None:
    spoil(journals, "gl", 3, CURRENCY_CODE="XXX")
    result = check(read(payload(journals), contract), contract)
    assert dict(result.findings.schema) == {name: kind() for name, kind in FINDING_COLUMNS.items()}
    assert list(result.units.columns) == list(UNIT_COLUMNS)


def test_one_bad_line_spoils_its_journal_only(payload: Build, journals: Records, contract: Contract) -> None:
    spoil(journals, "gl", 21, ENTERED_DR="0.01")
    result = check(read(payload(journals), contract), contract)
    assert result.units["conforms"].to_list() == [True, False]
    assert result.units["predicted"].to_list() == ["accepted", "refused"]
    failed = {rule.id: (rule.findings, rule.units) for rule in result.rules if rule.findings}
    assert failed == {"GL-100": (20, 1)}


def test_a_finding_names_row_line_record_value_code_and_what_to_do(
    payload: Build, journals: Records, contract: Contract
) -> None:
    spoil(journals, "gl", 5, ACCOUNTING_DATE="2030-01-15", PERIOD_NAME="Jan-30")
    result = check(read(payload(journals), contract), contract)
    found = result.findings.filter(pl.col("rule") == "GL-070").row(0, named=True)
    assert (found["file"], found["row"], found["line"], found["code"]) == ("gl", 5, 5, "EP01")
    assert found["record"] == "journal MEALS-1119-01 line 5"
    assert "ACCOUNTING_DATE=2030/01/15" in found["message"]
    assert "open_period" in found["message"]


def test_a_load_error_refuses_every_unit_of_the_file_but_spoils_only_its_own(
    payload: Build, journals: Records, contract: Contract
) -> None:
    spoil(journals, "gl", 1, ENTERED_DR="twelve")
    whole = check(read(payload(journals), contract), contract)
    assert whole.units["conforms"].to_list() == [False, True]
    assert whole.units["predicted"].to_list() == ["refused", "refused"]
    parts = check(read(payload(journals), contract), contract, load_all_or_nothing=False)
    assert parts.units["predicted"].to_list() == ["refused", "accepted"]


@pytest.mark.parametrize("value", ["1.2E3", "12.34567890123"])
def test_a_number_that_oracle_may_take_predicts_no_load_error(
    payload: Build, journals: Records, contract: Contract, value: str
) -> None:
    spoil(journals, "gl", 1, ENTERED_DR=value)
    result = check(read(payload(journals), contract), contract)
    types = result.findings.filter(pl.col("rule") == "gl.ENTERED_DR.type")
    assert types["code"].to_list() in ([""], [])
    assert result.units["predicted"].to_list() == ["accepted", "accepted"]


def test_rules_whose_list_is_not_bound_are_not_checked_and_never_passed(payload: Build, journals: Records) -> None:
    bare = load("finance.gl_journals", "oracle")
    result = check(read(payload(journals), bare), bare)
    statuses = {rule.id: rule.status for rule in result.rules}
    assert statuses["GL-070"] == "not_checked"
    assert statuses["GL-100"] == "passed"
    assert not result.blocking


def test_a_list_past_its_age_makes_a_pass_stale_and_leaves_a_finding_standing(
    payload: Build, journals: Records, contract: Contract
) -> None:
    aged = replace(contract.lists["open_period"], max_age_days=5)
    old = replace(contract, lists={**contract.lists, "open_period": aged})
    result = check(read(payload(journals), old), old, as_of=date(2026, 11, 24))
    assert {rule.id: rule.status for rule in result.rules}["GL-070"] == "stale"
    spoil(journals, "gl", 5, ACCOUNTING_DATE="2030-01-15")
    result = check(read(payload(journals), old), old, as_of=date(2026, 11, 24))
    assert {rule.id: rule.status for rule in result.rules}["GL-070"] == "failed"


def test_samples_are_capped_and_counts_are_exact(payload: Build, journals: Records, contract: Contract) -> None:
    for number in range(1, 31):
        spoil(journals, "gl", number, CURRENCY_CODE="XXX")
    result = check(read(payload(journals), contract), contract, sample=4)
    rule = next(rule for rule in result.rules if rule.id == "gl.CURRENCY_CODE.list")
    assert rule.findings == 30
    assert result.samples.filter(pl.col("rule") == rule.id).height == 4
    every = check(read(payload(journals), contract), contract, sample=4, all_findings=True)
    assert every.findings.filter(pl.col("rule") == rule.id).height == 30


def test_amount_of_a_unit_is_the_exact_sum_of_its_debits(payload: Build, journals: Records, contract: Contract) -> None:
    result = check(read(payload(journals), contract), contract)
    debits = [Decimal(row["ENTERED_DR"]) for row in journals["gl"][:20] if row.get("ENTERED_DR")]
    assert result.units["amount"][0] == sum(debits)


def test_the_key_of_a_unit_leaves_out_group_and_batch(payload: Build, journals: Records, contract: Contract) -> None:
    first = check(read(payload(journals), contract), contract)
    for row in journals["gl"]:
        row |= {"GROUP_ID": "8", "REFERENCE1": "SENT AGAIN"}
    again = check(read(payload(journals), contract), contract)
    assert unit_hashes("FIN-01a", first) == unit_hashes("FIN-01a", again)
    assert unit_hashes("FIN-01a", first) != unit_hashes("FIN-01b", first)


def test_records_of_a_worker_in_the_pod_are_called_by_the_worker(tmp_path: Path) -> None:
    workers = load("hr.workers", "nc_district")
    records: dict[str, list[dict[str, str | None]]] = {
        "email": [{"SourceSystemOwner": "LAWSON", "SourceSystemId": "EM-1", "PersonNumber": "100107"}],
        "relationship": [{"SourceSystemOwner": "LAWSON", "PersonId(SourceSystemId)": "LAW_100100"}],
        "terms": [{"PersonNumber": "100114", "AssignmentNumber": "ET100114", "LegalEmployerName": "District"}],
    }
    write(tmp_path / "Worker.zip", workers, records)
    result = check(read(tmp_path / "Worker.zip", workers), workers)
    assert result.units["label"].to_list() == ["100107", "LAWSON / LAW_100100", "100114"]
    assert result.units["key"].to_list() == ["6:100107", "6:LAWSON|10:LAW_100100", "6:100114"]


def test_a_dat_that_oracle_refuses_spoils_its_own_objects_and_no_other_dat(tmp_path: Path) -> None:
    balances = load("hr.balance_initialization", "oracle", sample=True)
    example = next(one for one in balances.examples.values() if not one.expects)
    write(tmp_path / "sent.zip", balances, example.records)
    members = unzipped((tmp_path / "sent.zip").read_bytes())
    members["Payload.dat"] = members.pop("InitializeBalanceBatchHeader.dat")
    (tmp_path / "renamed.zip").write_bytes(zipped(members))
    result = check(read(tmp_path / "renamed.zip", balances), balances)
    (status,) = [rule for rule in result.rules if rule.findings]
    assert (status.id, status.units) == ("package.file_name", 1)
    assert result.units["conforms"].to_list() == [False] + [True] * (result.units.height - 1)
    assert result.units["predicted"].to_list() == ["refused"] + ["accepted"] * (result.units.height - 1)


def test_facts_of_one_rule_are_counted_one_by_one_and_shown_as_far_as_samples_go(tmp_path: Path) -> None:
    contract = load("hr.workers", sample=True)
    sets = [f"SET UNKNOWN_{number} Y" for number in range(30)]
    lines = ["SET PURGE_FUTURE_CHANGES N", *sets, "METADATA|Worker|PersonNumber", "MERGE|Worker|100001"]
    (tmp_path / "Worker.dat").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = check(read(tmp_path / "Worker.dat", contract), contract, sample=3)
    (status,) = [rule for rule in result.rules if rule.id == "package.set"]
    assert (status.findings, status.units) == (30, 1)
    assert result.samples.filter(pl.col("rule") == "package.set").height == 3


@pytest.mark.parametrize("name", ["index", "_index", "=PersonNumber", "!PersonNumber", "!EffectiveStartDate"])
def test_an_attribute_that_no_list_knows_changes_no_other_verdict(tmp_path: Path, name: str) -> None:
    contract = load("hr.workers", sample=True)
    lines = [
        "SET PURGE_FUTURE_CHANGES N",
        "METADATA|Worker|PersonNumber|EffectiveStartDate|EffectiveEndDate",
        "MERGE|Worker|100001|2025/07/01|2025/06/30",
        "METADATA|PersonEmail|PersonNumber|EmailType|EmailAddress|PrimaryFlag",
        "MERGE|PersonEmail|100001|NONE|a@example.org|Y",
    ]
    given = [f"{line}|{name if line.startswith('METADATA') else 'x'}" for line in lines[1:]]
    found = []
    for number, text in enumerate([lines, [lines[0], *given]]):
        path = tmp_path / str(number) / "Worker.dat"
        path.parent.mkdir()
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        result = check(read(path, contract), contract)
        found.append({(rule.id, rule.findings) for rule in result.rules if rule.findings})
    assert found[1] - found[0] == {(f"worker.{name}.unlisted", 1), (f"email.{name}.unlisted", 1)}
    assert found[0] <= found[1]


def test_an_old_layout_is_named_and_does_no_harm_by_itself(
    tmp_path: Path, journals: Records, contract: Contract, payload: Build
) -> None:
    import zipfile

    with zipfile.ZipFile(payload(journals)) as archive:
        text = archive.read("GlInterface.csv").decode()
    short = tmp_path / "GlInterface.csv"
    short.write_text("\n".join(",".join(line.split(",")[:118]) for line in text.splitlines()) + "\n")
    result = check(read(short, contract), contract)
    finding = result.findings.filter(pl.col("rule") == "gl.shape.short").row(0, named=True)
    assert "pre-GDF" in finding["message"]
    assert (finding["row"], finding["severity"]) == (0, "moderate")
    assert result.conforming == 2


def test_a_dropped_column_is_a_shift(tmp_path: Path, journals: Records, contract: Contract, payload: Build) -> None:
    import zipfile

    with zipfile.ZipFile(payload(journals)) as archive:
        lines = archive.read("GlInterface.csv").decode().splitlines()
    fields = lines[2].split(",")
    lines[2] = ",".join(fields[:1] + fields[2:])  # LEDGER_ID left out: every date and amount moves
    path = tmp_path / "GlInterface.csv"
    path.write_text("\n".join(lines) + "\n")
    result = check(read(path, contract), contract)
    assert result.findings.filter(pl.col("rule") == "gl.shape.shifted")["row"].to_list() == [3]


def test_a_payload_without_units_counts_as_one_that_does_not_conform(tmp_path: Path, contract: Contract) -> None:
    path = tmp_path / "GlInterface_1.zip"
    path.write_bytes(b"PK\x05\x06" + bytes(18))  # an empty archive
    result = check(read(path, contract), contract)
    assert (result.submitted, result.conforming, result.records) == (1, 0, 0)
    assert result.blocking


def test_a_long_value_is_shortened_wherever_a_finding_shows_it(
    payload: Build, journals: Records, contract: Contract
) -> None:
    spoil(journals, "gl", 5, REFERENCE4="x" * 4000)
    result = check(read(payload(journals), contract), contract, all_findings=True)
    [found] = result.findings.filter(pl.col("rule") == "gl.REFERENCE4.length").rows(named=True)
    assert found["value"] == "x" * 200 + "…"
    assert found["record"] == f"journal {'x' * 200}… line 5"
    assert len(found["message"]) < 400


def test_control_characters_of_a_payload_never_reach_the_screen(
    payload: Build, journals: Records, contract: Contract
) -> None:
    spoil(journals, "gl", 5, CURRENCY_CODE="\x1b[31mUSD\nX", REFERENCE4="MEALS\x1b[0m")
    result = check(read(payload(journals), contract), contract)
    texts = "".join(result.findings.select(pl.concat_str("record", "value", "message")).to_series())
    assert "·[31mUSD·X" in texts
    assert not any(ord(char) < 32 for char in texts)

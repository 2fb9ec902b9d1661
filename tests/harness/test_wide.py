"""Wide, long and many: the widest layout, values of 4,000 characters, 30 MB in one field, a million findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from contracts import CheckResult, Contract, load
from harness import check, read, write
from interfaces import Dialect, write_frames
from test_suites.payloads.sources import Records

Call = Callable[..., int]
PLAIN = Dialect(zipped=False)


@pytest.fixture
def assets() -> Contract:
    return load("finance.fixed_assets", "oracle", sample=True)


@pytest.fixture
def records(journals: Records) -> Records:
    return journals


@pytest.fixture
def contract() -> Contract:
    return load("finance.gl_journals", "nc_district")


def failed(result: CheckResult) -> dict[str, tuple[int, int]]:
    """Findings and accept units of each failed rule."""
    return {rule.id: (rule.findings, rule.units) for rule in result.rules if rule.findings}


def verdicts(result: CheckResult) -> dict[tuple[bool, str], int]:
    """How many units have each pair of verdicts."""
    counted = result.units.group_by("conforms", "predicted").len()
    return {(conforms, predicted): count for conforms, predicted, count in counted.iter_rows()}


def additions(contract: Contract, texts: list[str], rows: int = 1) -> dict[str, pl.DataFrame]:
    """Records that fill all 422 fields, those that no rule but their type concerns with these texts, one per record."""
    example = next(one for one in contract.examples.values() if not one.expects)
    [asset], [distribution] = example.records["additions"], example.records["distributions"]
    numbers = pl.Series("n", range(len(texts) * rows))
    free = [column for column in contract.files["additions"].columns.values() if not column.listed]
    assert len(free) + len(asset) > 400
    chosen = pl.Series("text", texts * rows)
    fillings = {"number": pl.lit("1.5"), "date": pl.lit("2026/01/31"), "text": pl.lit(chosen)}
    values = {name: pl.lit(text) for name, text in asset.items()}
    values |= {column.name: fillings[column.type.sort] for column in free}
    values |= {"MASS_ADDITION_ID": pl.format("A{}", "n"), "ASSET_NUMBER": pl.format("N{}", "n")}
    values |= {"TAG_NUMBER": pl.format("T{}", "n"), "DATE_PLACED_IN_SERVICE": pl.lit("2025/09/15")}
    frame = numbers.to_frame()
    below = {name: pl.lit(text) for name, text in distribution.items()} | {"MASS_ADDITION_ID": pl.format("A{}", "n")}
    return {
        "additions": frame.select(value.alias(name) for name, value in values.items()),
        "distributions": frame.select(value.alias(name) for name, value in below.items()),
    }


def test_the_widest_layout_may_be_filled_as_far_as_the_loader_reads(tmp_path: Path, assets: Contract) -> None:
    frames = additions(assets, ["x", "y" * 3500, "z" * 4000])
    assert assets.files["additions"].fields == 422
    write_frames(tmp_path / "assets.zip", assets, frames)
    result = check(read(tmp_path / "assets.zip", assets), assets)
    assert failed(result) == {"additions.shape.unreadable": (1, 1)}
    assert result.samples.select("row", "line", "code").rows() == [(3, 3, "load")]
    assert result.units.select("label", "conforms", "predicted").rows() == [
        ("A0", True, "refused"), ("A1", True, "refused"), ("A2", False, "refused"),
    ]  # fmt: skip


def test_4000_characters_fit_where_the_layout_says_so_and_one_more_is_a_load_error(tmp_path: Path) -> None:
    invoices = load("finance.ap_invoices", "oracle", sample=True)
    example = next(one for one in invoices.examples.values() if not one.expects)
    for size, expected in ((4000, {}), (4001, {"headers.IMAGE_DOCUMENT_URI.length": (1, 1)})):
        [header] = example.records["headers"]
        sent = {**example.records, "headers": [{**header, "IMAGE_DOCUMENT_URI": "https://".ljust(size, "x")}]}
        write(tmp_path / "invoices.zip", invoices, sent)
        result = check(read(tmp_path / "invoices.zip", invoices), invoices)
        assert failed(result) == expected
        assert result.units["predicted"].to_list() == ["refused" if expected else "accepted"]
        assert all(len(message) < 500 for message in result.samples["message"])


def lines_of(records: Records, units: int) -> pl.DataFrame:
    """The first two lines, a balanced journal, once for each of so many journals, each of another name and amount."""
    number = pl.int_range(units, eager=True).alias("n").to_frame()
    amount = pl.format("{}.{}", pl.col("n") + 1, (pl.col("n") % 100).cast(pl.String).str.zfill(2))
    both = []
    for line in records["gl"][:2]:
        told = {name: text.replace("-", "/") if "DATE" in name else text for name, text in line.items() if text}
        values = {name: amount if name.startswith("ENTERED_") else pl.lit(text) for name, text in told.items()}
        values["REFERENCE4"] = pl.format("J-{}", "n")
        both.append(number.select("n", *(value.alias(name) for name, value in values.items())))
    return pl.concat(both, how="diagonal").sort("n", maintain_order=True).drop("n")


def names(frame: pl.DataFrame) -> pl.Series:
    """What the units of these journals are called."""
    return frame.gather_every(2).select(pl.concat_str(pl.lit(NUTRITION), "REFERENCE4")).to_series()


NUTRITION = "District Ledger / School Nutrition / Nutrition Sales / USD / 2026/11/19 / A / 7 / NUTRITION 2026-11-19 / "
BIG = 30_000_000
BIG_FIELDS = {
    "bare": b"x" * BIG,
    "quoted": b'"' + b"x" * BIG + b'"',
    "never closed": b'"' + b"x" * BIG,
    "doubled quotes": b'"' + b'x""' * (BIG // 3) + b'"',
    "quotes everywhere": b'x"' * (BIG // 2),
}


@pytest.mark.parametrize("field", BIG_FIELDS.values(), ids=list(BIG_FIELDS))
def test_a_field_of_30_megabytes_is_refused_and_the_other_records_are_judged(
    tmp_path: Path, records: Records, contract: Contract, harness: Call, field: bytes
) -> None:
    path = tmp_path / "GlInterface.csv"
    sent = lines_of(records, 5)
    write_frames(path, contract, {"gl": sent}, dialect=PLAIN)
    lines = path.read_bytes().split(b"\n")
    text = str(records["gl"][0]["REFERENCE10"]).encode()
    lines[2] = lines[2].replace(text, field)
    path.write_bytes(b"\n".join(lines))
    assert harness("check", path, "--profile", "nc_district", "--json", tmp_path / "told.json", "--quiet") == 1
    told = json.loads((tmp_path / "told.json").read_text())
    assert (tmp_path / "told.json").stat().st_size < 100_000
    assert {rule["id"]: rule["findings"] for rule in told["rules"] if rule["findings"]} == {
        "gl.REFERENCE10.length": 1, "gl.shape.unreadable": 1,
    }  # fmt: skip
    assert [(one["row"], one["line"]) for one in told["samples"]] == [(3, 3)] * 2
    assert [one["label"] for one in told["verdicts"]] == names(sent).to_list()
    assert [one["conforms"] for one in told["verdicts"]] == [True, False, True, True, True]
    assert {one["predicted"] for one in told["verdicts"]} == {"refused"}


@pytest.mark.slow
def test_a_lone_quote_in_the_third_of_a_million_records_costs_that_record(
    tmp_path: Path, records: Records, contract: Contract
) -> None:
    path = tmp_path / "GlInterface.csv"
    write_frames(path, contract, {"gl": lines_of(records, 500_000)}, dialect=PLAIN)
    data = path.read_bytes()
    at = data.index(str(records["gl"][0]["REFERENCE10"]).encode(), data.index(b"J-1,"))
    path.write_bytes(data[:at] + b'"' + data[at:])
    result = check(read(path, contract), contract)
    assert (result.records, failed(result)) == (1_000_000, {"gl.shape.unreadable": (1, 1)})
    assert result.samples.select("row", "line", "record").rows() == [(3, 3, "journal J-1 line 3")]
    assert verdicts(result) == {(True, "refused"): 499_999, (False, "refused"): 1}


@pytest.mark.slow
def test_200000_accept_units_have_their_names_amounts_and_verdicts(
    tmp_path: Path, records: Records, contract: Contract, harness: Call
) -> None:
    units = 200_000
    path = tmp_path / "GlInterface.csv"
    sent = lines_of(records, units).with_row_index("at")
    bad = pl.col("at") % 2000 == 0  # the debit of every thousandth journal
    sent = sent.with_columns(pl.when(bad).then(pl.lit("0.01")).otherwise("ENTERED_DR").alias("ENTERED_DR")).drop("at")
    write_frames(path, contract, {"gl": sent}, dialect=PLAIN)
    assert harness("check", path, "--profile", "nc_district", "--json", tmp_path / "told.json", "--quiet") == 1
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["units"] == {
        "submitted": units, "conforming": units - 200, "not_conforming": 200, "predicted_refused": 200,
    }  # fmt: skip
    assert [(rule["id"], rule["findings"], rule["units"]) for rule in told["rules"] if rule["findings"]] == [
        ("GL-100", 400, 200)
    ]
    found = told["verdicts"]
    assert [one["label"] for one in found] == names(sent).to_list()
    assert [one["row"] for one in found] == list(range(1, 2 * units, 2))
    assert {one["records"] for one in found} == {2}
    assert [one["amount"] for one in found] == [
        f"{'0.01' if at % 1000 == 0 else f'{at + 1}.{at % 100:02d}'}00000000" for at in range(units)
    ]
    assert [at for at, one in enumerate(found) if not one["conforms"]] == list(range(0, units, 1000))
    assert [at for at, one in enumerate(found) if one["predicted"] == "refused"] == list(range(0, units, 1000))


MILLION = (
    "gl.ACCOUNTING_DATE.type",
    "gl.USER_JE_CATEGORY_NAME.list",
    "gl.CURRENCY_CODE.list",
    "gl.SEGMENT1.list@NCGL",
    "GL-040",
    "NCGL-100",
)
"""What 200,000 lines break whose date, category, currency, fund and period are nonsense."""


@pytest.mark.slow
@pytest.mark.parametrize("target", ["found.parquet", "found.csv"])
def test_a_million_findings_are_counted_exactly_sampled_and_written_whole(
    tmp_path: Path, records: Records, contract: Contract, harness: Call, target: str
) -> None:
    path = tmp_path / "GlInterface.csv"
    bad = dict.fromkeys(("CURRENCY_CODE", "USER_JE_CATEGORY_NAME", "SEGMENT1", "PERIOD_NAME", "ACCOUNTING_DATE"), "?!")
    sent = lines_of(records, 100_000).with_columns(pl.lit(text).alias(name) for name, text in bad.items())
    write_frames(path, contract, {"gl": sent}, dialect=PLAIN)
    arguments = ("check", path, "--profile", "nc_district", "--quiet")
    assert harness(*arguments, "--json", tmp_path / "told.json", "--findings", tmp_path / target) == 1
    told = json.loads((tmp_path / "told.json").read_text())
    counts = {rule["id"]: rule["findings"] for rule in told["rules"] if rule["findings"]}
    assert counts == dict.fromkeys(MILLION, 200_000)
    kept: dict[str, int] = {}
    for one in told["samples"]:
        kept[one["rule"]] = kept.get(one["rule"], 0) + 1
    assert kept == dict.fromkeys(counts, 100)
    written = (pl.scan_parquet if target.endswith("parquet") else pl.scan_csv)(tmp_path / target)
    assert dict(written.group_by("rule").len().collect().iter_rows()) == counts
    rows = written.group_by("rule").agg(pl.col("row").n_unique() == 200_000).collect()
    assert rows["row"].all()


@pytest.mark.slow
def test_100000_records_of_422_fields_have_the_findings_planted_in_them(tmp_path: Path, assets: Contract) -> None:
    frames = additions(assets, ["x" * 30, "=1+1", "ä", "two words"], 25_000)
    spoilt = pl.int_range(pl.len()) % 1000 == 7
    free = [column for column in assets.files["additions"].columns.values() if not column.listed]
    last = {sort: [one.name for one in free if one.type.sort == sort][-1] for sort in ("number", "date")}
    frames["additions"] = frames["additions"].with_columns(
        pl.when(spoilt).then(pl.lit("?!")).otherwise(pl.col(name)).alias(name) for name in last.values()
    )
    write_frames(tmp_path / "assets.zip", assets, frames)
    result = check(read(tmp_path / "assets.zip", assets), assets)
    assert failed(result) == {f"additions.{name}.type": (100, 100) for name in last.values()}
    assert result.samples["row"].to_list() == [*range(8, 100_000, 1000)] * 2
    assert verdicts(result) == {(True, "refused"): 99_900, (False, "refused"): 100}

"""Accept units: which records belong together, what they are called, what they are worth, and their two verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from contracts import BLOCKING, UNIT_COLUMNS, Contract, Ready, Records, Rule
from harness.findings import MASK


@dataclass(frozen=True)
class Hit:
    """A failed rule: on these records of its file, or on the whole file or payload (``rows`` is None)."""

    rule: Rule
    rows: pl.Series | None  # UInt32 indices
    coded: pl.Series | None = None  # Boolean, parallel to rows: where its code is predicted; None = everywhere


def units(
    contract: Contract, records: Records, hits: Sequence[Hit], payload: str, *, all_or_nothing: bool
) -> pl.DataFrame:
    """Return one row per accept unit (UNIT_COLUMNS), in file order.

    conforms: no critical or significant finding on its records or on its file or package. predicted: refused where a
    rule with a code failed; one load error refuses every unit of its file if ``all_or_nothing``. A payload from which
    no unit can be read is one unit that does not conform (acceptance definitions, section 4.3).
    """
    count = records.unit_count
    if not count:
        return _unreadable(payload, refused=any(hit.rule.code for hit in hits))
    broken, certain = [False] * count, [""] * count
    for hit in hits:
        if hit.rule.severity in BLOCKING:
            for number in _concerned(contract, records, hit, hit.rows):
                broken[number] = True
        for number in _refused(contract, records, hit, all_or_nothing=all_or_nothing):
            certain[number] = "known" if "known" in (certain[number], _certainty(contract, hit.rule)) else "likely"
    certain = _spread(contract, records, certain)
    named = _named(contract, records, payload)
    return named.with_columns(
        pl.Series("conforms", [not one for one in broken], dtype=pl.Boolean),
        pl.Series("predicted", ["refused" if one else "accepted" for one in certain], dtype=pl.String),
        pl.Series("certainty", certain, dtype=pl.String),
    ).select(pl.col(name).cast(kind) for name, kind in UNIT_COLUMNS.items())


def failing_units(records: Records, file: str, rows: pl.Series) -> int:
    """Number of accept units among these records of a file."""
    return records.unit(file).gather(rows).n_unique() if rows.len() else 0


def _concerned(contract: Contract, records: Records, hit: Hit, rows: pl.Series | None) -> Iterable[int]:
    if not hit.rule.file or hit.rule.file not in records.ready:
        return range(records.unit_count)
    numbers = records.unit(hit.rule.file)
    chosen = numbers if rows is None else numbers.gather(rows)
    return [int(number) for number in chosen.unique()]


def _refused(contract: Contract, records: Records, hit: Hit, *, all_or_nothing: bool) -> Iterable[int]:
    rows = hit.rows
    if rows is not None and hit.coded is not None:
        rows = rows.filter(hit.coded)
    if not hit.rule.code or (rows is not None and not rows.len()):
        return []
    whole = hit.rule.code == "load" and all_or_nothing
    return _concerned(contract, records, hit, None if whole else rows)


def _certainty(contract: Contract, rule: Rule) -> str:
    return contract.codes[rule.code].certainty if rule.code in contract.codes else "known"


def _spread(contract: Contract, records: Records, certain: list[str]) -> list[str]:
    """Where Oracle refuses more than the wrong unit, the refusal spreads over the units that share these columns."""
    for file in contract.roots:
        if file.refused_together is None or file.id not in records.ready or not any(certain):
            continue
        ready = records.ready[file.id]
        keys = ready.key(file.refused_together) or [pl.lit("").alias("key0")]
        frame = ready.frame.select(*keys).with_columns(records.unit(file.id).alias("unit"))
        refused = pl.Series("refused", certain, dtype=pl.String)
        frame = frame.with_columns(refused.gather(frame["unit"]).alias("refused"))
        names = [name for name in frame.columns if name.startswith("key")]
        worst = frame.with_columns(pl.col("refused").min_by(pl.col("refused") == "").over(names).alias("worst"))
        for unit, spread in worst.select("unit", "worst").unique().iter_rows():
            certain[unit] = certain[unit] or spread
    return certain


def _named(contract: Contract, records: Records, payload: str) -> pl.DataFrame:
    """Label, key, first record, number of records and amount of every unit, in the order of their numbers."""
    base = pl.DataFrame({"unit": pl.int_range(records.unit_count, dtype=pl.UInt32, eager=True)})
    names = [_names_of(contract, records, name, payload) for name in _roots_first(contract, records)]
    # a unit is named by its root record; an orphan by the first record that says whose it is
    named = pl.concat(names).unique(subset="unit", keep="first", maintain_order=True)
    sizes = pl.concat([records.unit(name).to_frame("unit") for name in records.ready]).group_by("unit").len("records")
    frame = base.join(named, on="unit", how="left").join(sizes, on="unit", how="left").sort("unit")
    frame = frame.join(_amounts(contract, records), on="unit", how="left").sort("unit")
    repeated = pl.int_range(1, pl.len() + 1).over("label")
    label = pl.when(repeated > 1).then(pl.format("{} ({})", "label", repeated)).otherwise("label")
    return frame.with_columns(label.alias("label"), pl.col("records").cast(pl.UInt32)).drop("unit")


def _roots_first(contract: Contract, records: Records) -> list[str]:
    return sorted(records.ready, key=lambda name: len(contract.ancestors(name)))


def _names_of(contract: Contract, records: Records, name: str, payload: str) -> pl.DataFrame:
    file, ready = contract.files[name], records.ready[name]
    first = ready.frame.with_columns(records.unit(name).alias("unit")).unique(
        subset="unit", keep="first", maintain_order=True
    )
    root = file.parent is None
    unit = file.accept_unit if root else tuple(tuple(one) for one in file.parent.by)  # type: ignore[union-attr]
    business = file.business_key if root else unit
    row = pl.col("_row") if root else pl.lit(0, dtype=pl.UInt32)
    key = _key(ready, business, file.period if root else "")
    if business == ((),) or business == ((),):
        key = pl.lit(f"{len(payload)}:{payload}" if not file.names else f"{len(file.names[0])}:{file.names[0]}")
    return first.select("unit", _label(ready, unit, name).alias("label"), key.alias("key"), row.alias("row"))


def _label(ready: Ready, alternatives: Sequence[Sequence[str]], file: str) -> pl.Expr:
    if alternatives == ((),):
        return pl.lit(ready.file.names[0] if ready.file.names else file)
    labels = []
    for names in alternatives:
        parts = [pl.col("_row").cast(pl.String) if name == "_row" else _visible(ready, name) for name in names]
        whole = pl.any_horizontal([part.is_not_null() for part in parts])
        labels.append(pl.when(whole).then(pl.concat_str(parts, separator=" / ", ignore_nulls=True)))
    return pl.coalesce([*labels, pl.format("{} record {}", pl.lit(file), "_row")])


def _visible(ready: Ready, name: str) -> pl.Expr:
    column = ready.file.columns.get(name)
    text = ready.text(name)
    return pl.when(text.is_not_null()).then(pl.lit(MASK)) if column and column.masked else text


def _key(ready: Ready, alternatives: Sequence[Sequence[str]], period: str) -> pl.Expr:
    """The business key in one spelling, each value with its length in front; null where it is wholly blank.

    Of several alternatives the first one without blanks counts, else the first that is not wholly blank.
    """
    whole, some = [], []
    for names in alternatives:
        values = [_canonical(ready, name) for name in names if name != "_row"]
        if not values:
            continue
        parts = [
            pl.when(value.is_null()).then(pl.lit("~")).otherwise(pl.format("{}:{}", value.str.len_chars(), value))
            for value in values
        ]
        text = pl.concat_str([*parts, *_period(ready, period)], separator="|")
        whole.append(pl.when(pl.all_horizontal([value.is_not_null() for value in values])).then(text))
        some.append(pl.when(pl.any_horizontal([value.is_not_null() for value in values])).then(text))
    return pl.coalesce([*whole, *some]) if whole else pl.lit(None, dtype=pl.String)


def _period(ready: Ready, name: str) -> list[pl.Expr]:
    if not name:
        return []
    column = ready.file.columns.get(name)
    value = _canonical(ready, name)
    month = value.str.slice(0, 7) if column and column.type.sort in ("date", "timestamp") else value
    return [pl.format("period {}", month.fill_null("~"))]


def _canonical(ready: Ready, name: str) -> pl.Expr:
    """Numbers without trailing zeros, dates in ISO, texts as they are; a value of the wrong type as it was typed."""
    column = ready.file.columns.get(name)
    value = ready.value(name).cast(pl.String)
    if column and column.type.sort == "number":
        value = value.str.replace(r"(\.\d*?)0+$", "$1").str.replace(r"\.$", "")
    return pl.coalesce(value, ready.text(name))


def _amounts(contract: Contract, records: Records) -> pl.DataFrame:
    empty = pl.DataFrame(schema={"unit": pl.UInt32, "amount": UNIT_COLUMNS["amount"]})
    if contract.amount is None or contract.amount[0] not in records.ready:
        return empty
    file, columns = contract.amount
    ready = records.ready[file]
    limit = Decimal(10) ** 20  # beyond it a sum might not fit 38 digits; such a value is no amount of money
    parts = [pl.when(ready.value(name).abs() < limit).then(ready.value(name)).fill_null(Decimal(0)) for name in columns]
    frame = ready.frame.select(pl.sum_horizontal(parts).cast(UNIT_COLUMNS["amount"]).alias("amount"))
    return (
        frame.with_columns(records.unit(file).alias("unit"))
        .group_by("unit")
        .agg(pl.col("amount").sum())
        .select("unit", "amount")
    )


def _unreadable(payload: str, *, refused: bool) -> pl.DataFrame:
    row = {
        "label": payload, "key": f"{len(payload)}:{payload}", "row": 0, "records": 0, "conforms": False,
        "predicted": "refused" if refused else "accepted", "certainty": "known" if refused else "", "amount": None,
    }  # fmt: skip
    return pl.DataFrame([row], schema=dict(UNIT_COLUMNS))

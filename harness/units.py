"""Accept units: which records belong together, what they are called, what they are worth, and their two verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from contracts import BLOCKING, PREDICTION_COLUMNS, UNIT_COLUMNS, Contract, Ready, Records, Rule, shortest
from harness.findings import MASK, printable

Numbers = npt.NDArray[np.uint32]
Levels = npt.NDArray[np.uint8]
_CERTAINTIES = ("", "likely", "known")  # a refusal's certainty by level; memory predicts nothing


@dataclass(frozen=True)
class Hit:
    """A failed rule: on these records of its file, or, where ``rows`` is None, on the whole file or payload."""

    rule: Rule
    rows: pl.Series | None  # UInt32 indices
    coded: pl.Series | None = None  # Boolean, parallel to rows: where its code is predicted; None = everywhere
    files: Sequence[str] = ()  # of a package rule: the files of the member that is concerned; () = of all members


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
    broken, refused = np.zeros(count, dtype=bool), np.zeros(count, dtype=np.uint8)
    for hit in hits:
        if hit.rule.severity in BLOCKING:
            broken[_concerned(records, hit, hit.rows)] = True
        concerned = _refused(records, hit, all_or_nothing=all_or_nothing)
        refused[concerned] = np.maximum(refused[concerned], _certainty(contract, hit.rule))
    refused = _spread(contract, records, refused)
    named = _named(contract, records, payload)
    return named.with_columns(
        pl.Series("conforms", ~broken),
        pl.Series("predicted", np.where(refused > 0, "refused", "accepted")),
        pl.Series("certainty", np.array(_CERTAINTIES)[refused]),
    ).select(pl.col(name).cast(kind) for name, kind in UNIT_COLUMNS.items())


def predictions(contract: Contract, records: Records, hits: Sequence[Hit], *, all_or_nothing: bool) -> pl.DataFrame:
    """Return which unit is predicted to be refused under which rule's code (PREDICTION_COLUMNS), each pair once.

    The number of a unit is its place in the frame of ``units``. Codes of certainty memory predict nothing.
    """
    count = max(records.unit_count, 1)  # a payload without a readable unit is one unit
    found = []
    for hit in hits:
        if _certainty(contract, hit.rule):
            numbers = np.unique(
                np.arange(count, dtype=np.uint32)[_refused(records, hit, all_or_nothing=all_or_nothing)]
            )
            found.append(
                pl.DataFrame({"unit": numbers}).with_columns(rule=pl.lit(hit.rule.id), code=pl.lit(hit.rule.code))
            )
    return pl.concat([pl.DataFrame(schema=dict(PREDICTION_COLUMNS)), *found]).unique(maintain_order=True)


def hit_units(records: Records, hits: Sequence[Hit]) -> int:
    """Number of accept units that these failures concern."""
    concerned = np.zeros(records.unit_count, dtype=bool)
    for hit in hits:
        concerned[_concerned(records, hit, hit.rows)] = True
    return int(concerned.sum())


def _concerned(records: Records, hit: Hit, rows: pl.Series | None) -> Numbers | slice:
    """Numbers of the units of these records; of the whole file, of one member or of the whole payload without them."""
    if hit.rule.file in records.ready:
        numbers = records.unit(hit.rule.file)
        return (numbers if rows is None else numbers.gather(rows)).to_numpy()
    read = [records.unit(file) for file in hit.files if file in records.ready]
    return pl.concat(read).unique().to_numpy() if read else slice(None)  # of a lost member no unit is known


def _refused(records: Records, hit: Hit, *, all_or_nothing: bool) -> Numbers | slice:
    rows = hit.rows
    if rows is not None and hit.coded is not None:
        rows = rows.filter(hit.coded)
    if not hit.rule.code or (rows is not None and not rows.len()):
        return slice(0)
    whole = hit.rule.code == "load" and all_or_nothing
    return _concerned(records, hit, None if whole else rows)


def _certainty(contract: Contract, rule: Rule) -> int:
    certainty = contract.codes[rule.code].certainty if rule.code in contract.codes else "known"
    return _CERTAINTIES.index(certainty) if rule.code else 0


def _spread(contract: Contract, records: Records, refused: Levels) -> Levels:
    """Where Oracle refuses more than the wrong unit, the refusal spreads over the units that share these columns."""
    for file in contract.roots:
        if file.refused_together is None or file.id not in records.ready or not refused.any():
            continue
        ready = records.ready[file.id]
        keys = ready.key(file.refused_together) or [pl.lit("").alias("key0")]
        level = pl.Series("level", refused).gather(records.unit(file.id))
        frame = ready.frame.select(*keys).with_columns(level, records.unit(file.id).alias("unit"))
        together = frame.select(
            "unit", pl.col("level").max().over([name for name in frame.columns if name.startswith("key")])
        )
        numbers = together["unit"].to_numpy()
        refused[numbers] = np.maximum(refused[numbers], together["level"].to_numpy())
    return refused


def _named(contract: Contract, records: Records, payload: str) -> pl.DataFrame:
    """Label, key, first record, number of records and amount of every unit, in the order of their numbers."""
    base = pl.DataFrame({"unit": pl.int_range(records.unit_count, dtype=pl.UInt32, eager=True)})
    # a unit is named by its root record; one of orphans by the first record that says whose it is
    names, seen = [], np.zeros(records.unit_count, dtype=bool)
    for name in _roots_first(contract, records):
        first = records.unit(name).arg_unique()
        numbers = records.unit(name).gather(first).to_numpy()
        if not seen[numbers].all():
            new = first.filter(pl.Series(~seen[numbers]))
            names.append(_names_of(contract, records, name, payload, new))
            seen[numbers] = True
    named = pl.concat(names)
    sizes = pl.concat([records.unit(name).to_frame("unit") for name in records.ready]).group_by("unit").len("records")
    frame = base.join(named, on="unit", how="left").join(sizes, on="unit", how="left").sort("unit")
    frame = frame.join(_amounts(contract, records), on="unit", how="left").sort("unit")
    repeated = pl.int_range(1, pl.len() + 1).over("label")
    label = pl.when(repeated > 1).then(pl.format("{} ({})", "label", repeated)).otherwise("label")
    return frame.with_columns(label.alias("label"), pl.col("records").cast(pl.UInt32)).drop("unit")


def _roots_first(contract: Contract, records: Records) -> list[str]:
    return sorted(records.ready, key=lambda name: len(contract.ancestors(name)))


def _names_of(contract: Contract, records: Records, name: str, payload: str, first: pl.Series) -> pl.DataFrame:
    """Label, key and first record of the units whose first records in a file these are."""
    file, ready = contract.files[name], records.ready[name]
    root = file.parent is None
    ways = contract.ways(name)  # an orphan is called by the highest ancestor that it names
    unit = file.accept_unit if root else tuple(tuple(one) for _, alternatives in ways for one in alternatives)
    business = file.business_key if root else unit
    row = pl.col("_row") if root else pl.lit(0, dtype=pl.UInt32)
    key = _key(ready, business, file.period if root else "")
    if business == ((),):  # the whole file is the unit: its member's name
        member = file.names[0] if file.names else payload
        key = pl.lit(f"{len(member)}:{member}")
    named = ready.frame[first].with_columns(records.unit(name).gather(first).alias("unit"))
    return named.select("unit", _label(ready, unit, name).alias("label"), key.alias("key"), row.alias("row"))


def _label(ready: Ready, alternatives: Sequence[Sequence[str]], file: str) -> pl.Expr:
    if alternatives == ((),):
        member = ready.file.names[0] if ready.file.names else "*"
        return pl.lit(file if "*" in member else member)
    whole, some = [], []  # as in the key: first a name without blanks
    for names in alternatives:
        parts = [pl.col("_row").cast(pl.String) if name == "_row" else _visible(ready, name) for name in names]
        whole.append(pl.concat_str(parts, separator=" / "))
        named = pl.any_horizontal([part.is_not_null() for part in parts])
        some.append(pl.when(named).then(pl.concat_str(parts, separator=" / ", ignore_nulls=True)))
    return pl.coalesce([*whole, *some, pl.format("{} record {}", pl.lit(file), "_row")])


def _visible(ready: Ready, name: str) -> pl.Expr:
    column = ready.file.columns.get(name)
    text = ready.text(name)
    return pl.when(text.is_not_null()).then(pl.lit(MASK)) if column and column.masked else printable(text)


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
        value = shortest(value)
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

"""Accept units: which records belong together, what they are called, what they are worth, and their two verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from contracts import (
    BLOCKING,
    PREDICTION_COLUMNS,
    UNIT_COLUMNS,
    Contract,
    Ready,
    Records,
    Rule,
    parents_first,
    shortest,
)
from harness.findings import MASK, printable

_NO_AMOUNTS = pl.DataFrame(schema={"unit": pl.UInt32, "amount": UNIT_COLUMNS["amount"]})
Numbers = npt.NDArray[np.uint32]
Levels = npt.NDArray[np.uint8]
_CERTAINTIES = ("", "likely", "known")  # a refusal's certainty by level; memory predicts nothing
_PREDICTED = ("accepted", "refused", "refused")  # what is predicted, by the same level


@dataclass(frozen=True)
class Hit:
    """A failed rule: on these records of its file, or, where ``rows`` is None, on the whole file or payload."""

    rule: Rule
    rows: pl.Series | None  # UInt32 indices
    coded: pl.Series | None = None  # Boolean, parallel to rows: where its code is predicted; None = everywhere
    files: Sequence[str] = ()  # of a package rule: the files of the member that is concerned; () = of all members


class Verdicts:
    """The accept units of a payload, as its records and failed rules come in: all at once, or part by part."""

    def __init__(self, contract: Contract, payload: str, *, all_or_nothing: bool) -> None:
        self._contract, self._payload, self._all_or_nothing = contract, payload, all_or_nothing
        self._seen = np.zeros(0, dtype=bool)
        self._records = np.zeros(0, dtype=np.uint32)
        self._names: list[pl.DataFrame] = []
        self._amounts: list[pl.DataFrame] = []
        self._shares: dict[str, list[pl.DataFrame]] = {}  # by root file: units with what a refusal spreads over
        self._of_file: dict[str, list[Numbers]] = {}
        self._concerned: dict[str, list[Numbers]] = {}  # by rule
        self._predicted: dict[str, tuple[Rule, list[Numbers]]] = {}  # refused under the rule's code
        self._broken: list[Numbers] = []
        self._whole: dict[tuple[str, tuple[str, ...]], Hit] = {}  # on files, or on the payload: their units come last
        self._loads: dict[str, Rule] = {}  # one load error refuses its file

    def take(self, records: Records, files: Iterable[str]) -> None:
        """Take the records that ``records`` holds of these files; each record comes once, ancestors' files first."""
        for name in parents_first(self._contract, files):
            unit = records.unit(name)
            self._grow(records.unit_count)
            # a unit is named by its root record; one of orphans by the first record that says whose it is
            first = unit.arg_unique()
            numbers = unit.gather(first).to_numpy()
            if not self._seen[numbers].all():
                new = first.filter(pl.Series(~self._seen[numbers]))
                self._names.append(_names_of(self._contract, records, name, self._payload, new))
                self._seen[numbers] = True
            self._records += np.bincount(unit.to_numpy(), minlength=len(self._records)).astype(np.uint32)
            self._of_file.setdefault(name, []).append(numbers)
            self._amounts += _amounts(self._contract, records, name)
            if self._contract.files[name] in self._contract.roots:
                self._shares.setdefault(name, []).extend(_shares(records, name))

    def _grow(self, count: int) -> None:
        more = count - len(self._seen)
        if more:
            self._seen = np.concatenate([self._seen, np.zeros(more, dtype=bool)])
            self._records = np.concatenate([self._records, np.zeros(more, dtype=np.uint32)])

    def hit(self, records: Records, hit: Hit) -> None:
        """Take a failed rule; its records are those that ``records`` holds."""
        if hit.rows is None:
            self._whole[hit.rule.id, tuple(hit.files)] = hit
            return
        unit = records.unit(hit.rule.file)
        self._concern(hit.rule, np.unique(unit.gather(hit.rows).to_numpy()))
        coded = hit.rows if hit.coded is None else hit.rows.filter(hit.coded)
        if not hit.rule.code or not coded.len():
            return
        if hit.rule.code == "load" and self._all_or_nothing:
            self._loads[hit.rule.id] = hit.rule
        else:
            self._refuse(hit.rule, np.unique(unit.gather(coded).to_numpy()))

    def _concern(self, rule: Rule, numbers: Numbers) -> None:
        self._concerned.setdefault(rule.id, []).append(numbers)
        if rule.severity in BLOCKING:
            self._broken.append(numbers)

    def _refuse(self, rule: Rule, numbers: Numbers) -> None:
        self._predicted.setdefault(rule.id, (rule, []))[1].append(numbers)

    def complete(self) -> None:
        """All records and failed rules have come."""
        found: dict[tuple[str, ...], Numbers] = {}  # facts may be many, and units too: one array for those of a file
        for hit in self._whole.values():
            files = (hit.rule.file,) if hit.rule.file in self._of_file else tuple(hit.files)
            if files not in found:
                found[files] = self._numbers_of(files)
            numbers = found[files]
            self._concern(hit.rule, numbers)
            if hit.rule.code:
                self._refuse(hit.rule, numbers)
        for rule in self._loads.values():
            self._refuse(rule, np.unique(np.concatenate(self._of_file[rule.file])))

    def _numbers_of(self, files: Iterable[str]) -> Numbers:
        """Units of the whole file, of the files of one member, or of the whole payload."""
        if read := [part for one in files for part in self._of_file.get(one, ())]:
            return np.unique(np.concatenate(read))
        return np.arange(max(len(self._seen), 1), dtype=np.uint32)  # of a lost member no unit is known

    def count(self, rule: str) -> int:
        """Number of accept units that failures of this rule concern."""
        if not len(self._seen):
            return 0
        return len(np.unique(np.concatenate(self._concerned[rule]))) if rule in self._concerned else 0

    def units(self) -> pl.DataFrame:
        """Return one row per accept unit (UNIT_COLUMNS), in file order.

        conforms: no critical or significant finding on its records or on its file or package. predicted: refused where
        a rule with a code failed; one load error refuses every unit of its file if ``all_or_nothing``. A payload from
        which no unit can be read is one unit that does not conform (acceptance definitions, section 4.3).
        """
        count = len(self._seen)
        if not count:
            return _unreadable(self._payload, refused=any(hit.rule.code for hit in self._whole.values()))
        broken, refused = np.zeros(count, dtype=bool), np.zeros(count, dtype=np.uint8)
        for numbers in self._broken:
            broken[numbers] = True
        for rule, parts in self._predicted.values():
            for numbers in parts:
                refused[numbers] = np.maximum(refused[numbers], _certainty(self._contract, rule))
        refused = self._spread(refused)
        named = self._named().with_columns(
            pl.Series("conforms", ~broken),
            pl.Series("predicted", _PREDICTED).gather(refused),
            pl.Series("certainty", _CERTAINTIES).gather(refused),
        )
        return named.select(pl.col(name).cast(kind) for name, kind in UNIT_COLUMNS.items())

    def predictions(self) -> pl.DataFrame:
        """Return which unit is predicted to be refused under which rule's code (PREDICTION_COLUMNS), each pair once.

        The number of a unit is its place in the frame of ``units``. Codes of certainty memory predict nothing.
        """
        found = [
            pl.DataFrame({"unit": np.unique(np.concatenate(parts))}).with_columns(
                rule=pl.lit(rule.id), code=pl.lit(rule.code)
            )
            for rule, parts in self._predicted.values()
            if _certainty(self._contract, rule)
        ]
        return pl.concat([pl.DataFrame(schema=dict(PREDICTION_COLUMNS)), *found])

    def _spread(self, refused: Levels) -> Levels:
        """Where Oracle refuses more than the wrong unit, the refusal spreads over those that share these columns."""
        for shares in self._shares.values():
            if not shares or not refused.any():
                continue
            frame = pl.concat(shares).unique()
            level = pl.Series("level", refused).gather(frame["unit"])
            keys = [name for name in frame.columns if name.startswith("key")]
            together = frame.with_columns(level).select("unit", pl.col("level").max().over(keys))
            numbers = together["unit"].to_numpy()
            refused[numbers] = np.maximum(refused[numbers], together["level"].to_numpy())
        return refused

    def _named(self) -> pl.DataFrame:
        """Label, key, first record, number of records and amount of every unit, in the order of their numbers."""
        frame = pl.concat(self._names).sort("unit").with_columns(pl.Series("records", self._records))
        amounts = pl.concat([_NO_AMOUNTS, *self._amounts]).group_by("unit").agg(pl.col("amount").sum())
        frame = frame.join(amounts, on="unit", how="left", maintain_order="left")
        repeated = pl.int_range(1, pl.len() + 1).over("label")
        label = pl.when(repeated > 1).then(pl.format("{} ({})", "label", repeated)).otherwise("label")
        return frame.with_columns(label.alias("label"))


def _certainty(contract: Contract, rule: Rule) -> int:
    certainty = contract.codes[rule.code].certainty if rule.code in contract.codes else "known"
    return _CERTAINTIES.index(certainty) if rule.code else 0


def _shares(records: Records, name: str) -> Iterator[pl.DataFrame]:
    """The units of a root file with the columns over which a refusal spreads; nothing where it does not."""
    ready = records.ready[name]
    if ready.file.refused_together is not None:
        keys = ready.key(ready.file.refused_together) or [pl.lit("").alias("key0")]
        yield ready.select([pl.col("_unit").alias("unit"), *keys]).unique()


def _names_of(contract: Contract, records: Records, name: str, payload: str, first: pl.Series) -> pl.DataFrame:
    """Label, key and first record of the units whose first records in a file these are."""
    file, ready = contract.files[name], records.ready[name]
    root = file.parent is None
    ways = contract.ways(name)  # an orphan is called by the highest ancestor that it names
    named_by = file.accept_unit if root else tuple(tuple(one) for _, alternatives in ways for one in alternatives)
    unit, business = ready.decisive(named_by), ready.decisive(file.business_key if root else named_by)
    row = pl.col("_row") if root else pl.lit(0, dtype=pl.UInt32)
    key = _key(ready, business, file.period if root else "")
    if business == ((),):  # the whole file is the unit: its member's name
        member = file.names[0] if file.names else payload
        key = pl.lit(f"{len(member)}:{member}")
    values = [_label(ready, unit, name).alias("label"), key.alias("key"), row.alias("row")]
    wanted = {"_row", *(one for value in values for one in value.meta.root_names())}
    named = ready.rows(first, wanted).with_columns(records.unit(name).gather(first).alias("unit"))
    return named.select("unit", *values)


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


def _amounts(contract: Contract, records: Records, name: str) -> Iterator[pl.DataFrame]:
    """The amounts of a file's records by unit; nothing where the contract names none of this file."""
    if contract.amount is None or contract.amount[0] != name:
        return
    ready = records.ready[name]
    limit = Decimal(10) ** 20  # beyond it a sum might not fit 38 digits; such a value is no amount of money
    values = [ready.value(column) for column in contract.amount[1]]
    parts = [pl.when(value.abs() < limit).then(value).fill_null(Decimal(0)) for value in values]
    amount = pl.sum_horizontal(parts).cast(UNIT_COLUMNS["amount"]).alias("amount")
    yield ready.select([pl.col("_unit").alias("unit"), amount]).group_by("unit").agg(pl.col("amount").sum())


def _unreadable(payload: str, *, refused: bool) -> pl.DataFrame:
    row = {
        "label": payload, "key": f"{len(payload)}:{payload}", "row": 0, "records": 0, "conforms": False,
        "predicted": "refused" if refused else "accepted", "certainty": "known" if refused else "", "amount": None,
    }  # fmt: skip
    return pl.DataFrame([row], schema=dict(UNIT_COLUMNS))

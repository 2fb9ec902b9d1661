"""Reconciliation: counts and amounts of source and payload agree for every control key. Exact decimals throughout."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from contracts import Column, Condition, ConditionError, Contract, File, Ready, Records, Type, parse_condition
from harness.errors import UsageError
from harness.findings import MASK, printable
from harness.producers import Amount, Control, Dated, Producer
from interfaces import Payload

NUMBER = pl.Decimal(38, 10)
DIFFERENCE_COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "key": pl.String,  # values of the key, masked where the payload's column may hold personal data
    "figure": pl.String,  # "count", or the name of an amount
    "source": NUMBER,  # null where the key is not in the source, or the amount may hold personal data
    "payload": NUMBER,  # null where the key is not in the payload, or the amount may hold personal data
    "difference": NUMBER,  # payload minus source
    "found": pl.String,  # differs | lost (only in the source) | invented (only in the payload)
}
"""Columns of the differences of a control, in the order of the source's keys, then of the figures."""


@dataclass(frozen=True)
class Reconciled:
    """One control judged. Keys of both sides are counted together."""

    control: str  # "doc_no = REFERENCE4", or the file where there is no key
    keys: int
    lost: int  # keys of the source that the payload lacks
    invented: int  # keys of the payload that the source lacks
    differing: int  # keys on both sides with a figure that differs
    differences: pl.DataFrame  # DIFFERENCE_COLUMNS, one row per key and figure

    @property
    def agrees(self) -> bool:
        """True if every figure of every key agrees."""
        return not self.lost + self.invented + self.differing

    def words(self, most: int) -> list[str]:
        """The outcome in one line, then at most ``most`` differences, one line each."""
        agreeing = self.keys - self.lost - self.invented - self.differing
        outcome = (
            f"reconciled by {self.control}: {agreeing:,} of {self.keys:,} keys agree, "
            f"{self.differing:,} differ, {self.lost:,} lost, {self.invented:,} invented"
        )
        rows = self.differences.head(most).to_dicts()
        sides = ("source", "payload", "difference")
        return [outcome, *(
            "  ".join(["", row["found"], row["key"], row["figure"], *(f"{side} {shown(row[side])}" for side in sides)])
            for row in rows
        )]  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A control made ready: the source typed, both sides' figures parsed."""

    control: Control
    file: File
    source: Ready
    figures: Mapping[str, tuple[Condition, Condition]]  # name -> source's, payload's


def plan(producer: Producer, contract: Contract, source: pl.DataFrame, where: str) -> list[Plan]:
    """Return the producer's controls made ready for a source (text, as ``read_source`` gives it).

    Raises UsageError (at ``where``) for a file, column or figure that is none, and for an amount that is no number.
    """
    return [
        _plan(control, f"{where}, control {number}", producer, contract, source)
        for number, control in enumerate(producer.control, 1)
    ]


def reconcile(plans: Sequence[Plan], contract: Contract, payload: Payload) -> tuple[Reconciled, ...]:
    """Return each control judged on a payload. A file that the payload lacks has no keys; an amount of nothing is 0."""
    records = Records(contract, payload.frames)
    return tuple(_judged(one, records.ready.get(one.file.id) or _nothing(one.file)) for one in plans)


def shown(value: Decimal | None) -> str:
    """A figure for people: without the zeros of its end but with cents, ``-`` where that side has or may show none."""
    if value is None:
        return "-"
    whole, _, decimals = f"{value:,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}" if decimals.strip("0") else whole


def _plan(control: Control, where: str, producer: Producer, contract: Contract, source: pl.DataFrame) -> Plan:
    file = _file(control, contract, where)
    _known(control.key, source.columns, where, "the source has no column")
    _known(control.key.values(), file.columns, where, f"{file.id} has no column")
    ready = Ready(_source_file(producer, control, file, source), source)
    _readable(producer, ready)
    sorts = [{name: column.type.sort for name, column in one.columns.items()} for one in (ready.file, file)]
    pairs = {"count": ("COUNT(*)", "COUNT(*)")} if control.count else {}
    pairs |= {name: (figure.source, figure.payload) for name, figure in control.amounts.items()}
    figures = {
        name: (
            _parsed(ours, sorts[0], f"{where}: {name}.source"),
            _parsed(theirs, sorts[1], f"{where}: {name}.payload"),
        )
        for name, (ours, theirs) in pairs.items()
    }
    return Plan(control, file, ready, figures)


def _file(control: Control, contract: Contract, where: str) -> File:
    name = control.file or (next(iter(contract.files)) if len(contract.files) == 1 else "")
    if name not in contract.files:
        raise UsageError(
            f"no file {name!r} in {contract.id}", where=where, todo=f"write file = one of {', '.join(contract.files)}"
        )
    return contract.files[name]


def _known(names: Iterable[str], columns: Container[str], where: str, what: str) -> None:
    if unknown := [name for name in names if name not in columns]:
        raise UsageError(f"{what} {', '.join(unknown)}", where=where, todo="correct the key")


def _source_file(producer: Producer, control: Control, file: File, source: pl.DataFrame) -> File:
    """The source as a typed file: amounts and dates as described, a key a number where its partner is one."""
    types = {name: Type("text") for name in source.columns if name != "_row"}
    for name, partner in control.key.items():
        if file.columns[partner].type.sort == "number":
            types[name] = Type("number")
    for name, column in producer.source.columns.items() if producer.source else ():
        if name in types and isinstance(column, Amount):
            types[name] = Type("number")
        elif name in types and isinstance(column, Dated):
            types[name] = Type("date", mask=column.format)
    return File("source", {name: Column(name, kind) for name, kind in types.items()})


def _readable(producer: Producer, ready: Ready) -> None:
    """An amount that is no number would be missing in its sum."""
    amounts = producer.source.of_kind(Amount) if producer.source else []
    for name in amounts:
        if name in ready.failed:
            row = ready.frame.filter(ready.doubt([name]))["_row"][0]  # type: ignore[arg-type]
            raise UsageError(
                f"source column {name} holds what is no number",
                where=f"record {row}",
                todo="write digits and a decimal point",
            )


def _parsed(text: str, sorts: Mapping[str, str], where: str) -> Condition:
    try:
        condition = parse_condition(text, sorts, group=True, value=True)
    except ConditionError as error:
        raise UsageError(error.what, where=where, todo=error.todo) from error
    if condition.sort != "number" or not condition.aggregates:
        raise UsageError(f"{text} is no aggregate of numbers", where=where, todo="write COUNT(*) or SUM(...)")
    return condition


def _nothing(file: File) -> Ready:
    return Ready(file, pl.DataFrame(schema=dict.fromkeys(file.listed, pl.String)))


def _judged(plan: Plan, payload: Ready) -> Reconciled:
    key = plan.control.key
    ours = _table(plan.source, list(key), [figure[0] for figure in plan.figures.values()], "source")
    theirs = _table(payload, list(key.values()), [figure[1] for figure in plan.figures.values()], "payload")
    names = [name for name in ours.columns if name.startswith("key")]
    both = ours.join(theirs, on=names, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right")
    differs = pl.any_horizontal(_difference(at) != 0 for at in range(len(plan.figures)))
    found = (
        pl.when(pl.col("payload").is_null())
        .then(pl.lit("lost"))
        .when(pl.col("source").is_null())
        .then(pl.lit("invented"))
        .when(differs)
        .then(pl.lit("differs"))
    )
    judged = both.with_columns(found.alias("found"), _label(plan, names).alias("key")).with_row_index("at")
    count = dict(judged.drop_nulls("found").group_by("found").len().iter_rows())
    return Reconciled(
        control=", ".join(f"{ours} = {theirs}" for ours, theirs in key.items()) or plan.file.id,
        keys=both.height,
        lost=count.get("lost", 0),
        invented=count.get("invented", 0),
        differing=count.get("differs", 0),
        differences=pl.concat(_differences(plan, judged)).sort("at", maintain_order=True).drop("at"),
    )  # fmt: skip


def _table(ready: Ready, columns: Sequence[str], figures: Sequence[Condition], side: str) -> pl.DataFrame:
    """One row per key: its figures under ``source0``, ``source1`` ... and a mark that the side has the key."""
    keys = ready.key(columns, across=True) or [pl.lit("").alias("key0")]
    names = [f"key{at}" for at in range(len(keys))]
    sums = [
        figure.expr(ready.value).fill_null(0).cast(NUMBER).alias(f"{side}{at}") for at, figure in enumerate(figures)
    ]
    keyed = ready.frame.with_columns(keys).with_columns(pl.col(names).cast(pl.String))
    return keyed.group_by(names, maintain_order=True).agg(*sums, pl.lit(True).alias(side))


def _difference(at: int) -> pl.Expr:
    return pl.col(f"payload{at}").fill_null(0) - pl.col(f"source{at}").fill_null(0)


def _label(plan: Plan, names: Sequence[str]) -> pl.Expr:
    """The key as people see it."""
    if not plan.control.key:
        return pl.lit("all")
    columns = [plan.file.columns[name] for name in plan.control.key.values()]
    parts = [
        pl.lit(MASK) if column.masked else printable(pl.col(name)).fill_null("blank")
        for name, column in zip(names, columns, strict=True)
    ]
    return pl.concat_str(parts, separator=", ")


def _differences(plan: Plan, judged: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows of each figure where it differs or its key stands on one side only."""
    for at, (name, (_, theirs)) in enumerate(plan.figures.items()):
        masked = any(plan.file.columns[column].masked for column in theirs.columns)
        values = {"source": pl.col(f"source{at}"), "payload": pl.col(f"payload{at}"), "difference": _difference(at)}
        figures = [(pl.lit(None, dtype=NUMBER) if masked else value).alias(side) for side, value in values.items()]
        rows = judged.filter((pl.col("found") != "differs") | (_difference(at) != 0))
        yield rows.select("at", "key", pl.lit(name).alias("figure"), *figures, "found").cast(dict(DIFFERENCE_COLUMNS))  # type: ignore[arg-type]

"""Findings for people: failing records with their label, values, message; personal values never shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from contracts import FINDING_COLUMNS, Contract, Ready, Rule, advice, template_columns
from interfaces import Fact

MASK = "***"
_LONGEST = 200  # characters of a value that a message or a record's name shows


def of_records(contract: Contract, rule: Rule, ready: Ready, rows: pl.Series, coded: pl.Series | None) -> pl.DataFrame:
    """Return the findings of one rule on the given records (indices); ``coded`` tells which predict its code."""
    names = [name for name in rule.columns if name in ready.names] or ([rule.column] if rule.column else [])
    values = [_shown(contract, rule.file, name, ready).alias(f"value{at}") for at, name in enumerate(names)]
    values.append(_label(contract, rule.file, ready).alias("record"))
    wanted = {"_row", "_line", *(name for value in values for name in value.meta.root_names())}
    code = pl.lit(rule.code) if coded is None else pl.when(coded).then(pl.lit(rule.code)).otherwise(pl.lit(""))
    listing = _listing(names)
    frame = ready.rows(rows, wanted).select("_row", "_line", *values)
    return frame.select(
        pl.lit(rule.file).alias("file"),
        pl.col("_row").alias("row"),
        pl.col("_line").alias("line"),
        "record",
        pl.lit(rule.column).alias("column"),
        pl.lit(rule.id).alias("rule"),
        pl.lit(rule.severity).alias("severity"),
        code.alias("code"),
        (pl.col("value0") if rule.column and names else listing).alias("value"),
        pl.concat_str([pl.lit(f"{rule.title} ["), listing, pl.lit(f"]: {advice(rule, contract)}")]).alias("message"),
    )


def of_fact(contract: Contract, rule: Rule, fact: Fact, ready: Ready | None, most: int | None) -> pl.DataFrame:
    """Return the findings of a reader's fact that names records, one for each."""
    assert fact.rows is not None
    rows = fact.rows if most is None else fact.rows.head(most)
    lines = fact.lines.head(rows.len()) if fact.lines is not None else pl.zeros(rows.len(), pl.UInt32, eager=True)
    labels = pl.DataFrame({"row": rows.cast(pl.UInt32), "line": lines.cast(pl.UInt32)})
    if ready is not None:
        named = ready.lazy().filter(pl.col("_row").is_in(labels["row"].implode()))
        known = named.select(pl.col("_row").alias("row"), _label(contract, rule.file, ready).alias("record"))
        labels = labels.join(known.collect(), on="row", how="left", maintain_order="left")
    else:
        labels = labels.with_columns(pl.lit(_whole(fact)).alias("record"))
    return _worded(rule, labels, pl.lit(_message(contract, rule, fact)))


def of_files(contract: Contract, rule: Rule, facts: Sequence[Fact]) -> pl.DataFrame:
    """Return the findings of facts that name no record, one each."""
    nowhere = pl.zeros(len(facts), pl.UInt32, eager=True)
    named = [_whole(fact) for fact in facts]
    messages = pl.Series([_message(contract, rule, fact) for fact in facts], dtype=pl.String)
    return _worded(rule, pl.DataFrame({"row": nowhere, "line": nowhere, "record": named}), pl.lit(messages))


def _whole(fact: Fact) -> str:
    """What a fact that names no record is about."""
    return fact.member or fact.file or "package"


def _message(contract: Contract, rule: Rule, fact: Fact) -> str:
    return f"{rule.title} [{fact.detail}]: {advice(rule, contract)}"


def _worded(rule: Rule, labels: pl.DataFrame, message: pl.Expr) -> pl.DataFrame:
    return labels.select(
        pl.lit(rule.file).alias("file"),
        "row",
        "line",
        pl.col("record").fill_null(pl.format("record {}", "row")),
        pl.lit(rule.column).alias("column"),
        pl.lit(rule.id).alias("rule"),
        pl.lit(rule.severity).alias("severity"),
        pl.lit(rule.code).alias("code"),
        pl.lit("").alias("value"),
        message.alias("message"),
    )


def together(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All findings as one frame with the promised columns, in the order of the rules."""
    frames = [part.cast(dict(FINDING_COLUMNS)) for part in parts]  # type: ignore[arg-type]
    return pl.concat(frames) if frames else pl.DataFrame(schema=dict(FINDING_COLUMNS))


def _label(contract: Contract, file: str, ready: Ready) -> pl.Expr:
    template = contract.files[file].record or f"{file} record {{_row}}"
    parts: list[pl.Expr] = []
    rest = template
    for name in template_columns(template):
        before, _, rest = rest.partition(f"{{{name}}}")
        text = pl.col(name).cast(pl.String) if name.startswith("_") else ready.text(name)
        parts += [pl.lit(before), printable(_short(text)).fill_null("-")]
    return pl.concat_str([*parts, pl.lit(rest)])


def _shown(contract: Contract, file: str, name: str, ready: Ready) -> pl.Expr:
    """The text of a column, masked where it may hold personal data, null where blank."""
    owner, _, attribute = name.partition(".")
    if name in contract.files[file].columns:
        column, text = contract.files[file].columns.get(name), ready.text(name)
    else:
        column = contract.files[owner].columns.get(attribute) if owner in contract.files else None
        text = pl.col(name).cast(pl.String)
    if column is not None and column.masked:
        return pl.when(text.is_not_null()).then(pl.lit(MASK))
    return printable(_short(text))


def _short(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.len_chars() > _LONGEST).then(text.str.slice(0, _LONGEST) + "…").otherwise(text)


def printable(text: pl.Expr) -> pl.Expr:
    """Control characters as a dot: a payload must not steer the terminal or break a line of a report."""
    return text.str.replace_all(r"\p{Cc}", "·")


def _listing(names: list[str]) -> pl.Expr:
    """``COLUMN=value, COLUMN=blank``: what the rule looked at."""
    if not names:
        return pl.lit("")
    parts: list[pl.Expr] = []
    for at, name in enumerate(names):
        parts += [pl.lit(f"{', ' if at else ''}{name}="), pl.col(f"value{at}").fill_null("blank")]
    return pl.concat_str(parts)

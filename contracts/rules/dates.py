"""Rules over date-effective records: gaps, overlaps, order, and records that exclude each other in time."""

from __future__ import annotations

from datetime import date

import polars as pl

from contracts.model import Rule
from contracts.ready import Ready, group_of
from contracts.records import Records
from contracts.rules.checks import Found, applicable, rows
from contracts.translation import NUMBER

END_OF_TIME = date(4712, 12, 31)


def gap(rule: Rule, records: Records) -> Found:
    """Records that begin later than the day after all before them have ended."""
    dated = _dated(rule, records)
    return _found(dated, dated.filter(pl.col("from") > pl.col("reached") + pl.duration(days=1)))


def overlap(rule: Rule, records: Records) -> Found:
    """Records that begin before those before them have ended; changes of one day end on that day, but for the last."""
    dated = _dated(rule, records)
    same_day = pl.col("from") == pl.col("previous_from")
    sequenced = pl.col("sequence").is_not_null() & pl.col("previous_sequence").is_not_null()
    late = (
        pl.when(same_day & sequenced)
        .then(pl.col("reached") > pl.col("from"))
        .otherwise(pl.col("from") <= pl.col("reached"))
    )
    return _found(dated, dated.filter(late))


def order(rule: Rule, records: Records) -> Found:
    """Records that end before they begin, and changes of one day that do not count 1..n."""
    dated = _dated(rule, records)
    backwards = dated.filter(pl.col("from") > pl.col("to"))
    again = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in ("group", "from")).fill_null(False)
    one_day = dated.filter(again | again.shift(-1, fill_value=False))  # few, and they stand beside each other
    place = pl.int_range(1, pl.len() + 1).over("group", "from").cast(NUMBER)
    return _found(dated, pl.concat([backwards, one_day.filter(pl.col("sequence") != place)]))


def disjoint(rule: Rule, records: Records) -> Found:
    """Records of different keys with equal ``by`` whose effective times overlap."""
    ready = records.ready[rule.file]
    dated = _dated(rule, records)
    frame = applicable(rule, ready)
    doubt = ready.doubt(rule.spec["by"])
    frame = frame if doubt is None else frame.filter(~doubt)
    marked = frame.select("_index", *ready.key(rule.spec["by"])).collect()
    names = marked.columns[1:]
    spans = dated.join(marked.drop_nulls(), on="_index", how="inner").select("_index", "group", "from", "to", *names)
    pairs = spans.join(spans, on=names, how="inner", suffix="_other").filter(
        (pl.col("group") != pl.col("group_other"))
        & (pl.col("from") <= pl.col("to_other"))
        & (pl.col("from_other") <= pl.col("to"))
    )
    return _found(marked, pairs)


def _found(judged: pl.DataFrame, failing: pl.DataFrame) -> Found:
    return Found(rows(failing), applied=judged.height > 0)


def _dated(rule: Rule, records: Records) -> pl.DataFrame:
    """The file's records in the order of their history, put in order once for all rules over it."""
    if rule.file not in records.dated:
        records.dated[rule.file] = _in_order(rule.file, records)
    return records.dated[rule.file]


def _in_order(name: str, records: Records) -> pl.DataFrame:
    """Columns: _index, group, from, to (filled in), sequence, previous_*, and ``reached``: the latest end before."""
    ready, file = records.ready[name], records.contract.files[name]
    history = file.history
    assert history is not None
    sequence = ready.value(history.sequence) if history.sequence else pl.lit(None)
    doubt = ready.doubt([name for name in (history.start, history.end, history.sequence) if name])
    named = pl.any_horizontal([ready.value(name).is_not_null() for key in history.key for name in key])
    frame = (
        _living(ready)
        .select(
            "_index",
            group_of(ready, history.key).alias("group"),
            ready.value(history.start).cast(pl.Date).alias("from"),
            ready.value(history.end).cast(pl.Date).alias("stated_to"),
            sequence.cast(NUMBER, strict=False).alias("sequence"),
            named.alias("named"),
            *([] if doubt is None else [doubt.alias("doubt")]),
        )
        .collect()
    )
    # the history of a record is unknown where one of its dates failed its type, or where its key is wholly blank
    known = pl.col("named") & pl.col("from").is_not_null()
    frame = frame.filter(known if doubt is None else known & ~pl.col("doubt").any().over("group"))
    several = frame["group"].is_duplicated()
    ordered = frame.filter(several).sort("group", "from", "sequence", "_index", nulls_last=True)
    ordered = ordered.with_columns(pl.col("group").rle_id())
    # most histories are of one record: nothing stands beside it
    single = frame.filter(~several).with_columns(
        pl.int_range(ordered.height, pl.len() + ordered.height, dtype=pl.UInt32).alias("group")
    )
    return pl.concat([_beside(ordered), _beside(single)]).drop("named", "doubt", strict=False)


def _beside(ordered: pl.DataFrame) -> pl.DataFrame:
    """Records of histories in order, groups numbered, with their ends and what stands before them."""
    again = pl.col("group") == pl.col("group").shift(1)
    following = pl.when(pl.col("group") == pl.col("group").shift(-1)).then(pl.col("from").shift(-1))
    implied = pl.when(following == pl.col("from")).then(pl.col("from")).otherwise(following - pl.duration(days=1))
    frame = ordered.with_columns(pl.coalesce("stated_to", implied, pl.lit(END_OF_TIME)).alias("to"))
    return frame.with_columns(
        *(pl.when(again).then(pl.col(name).shift(1)).alias(f"previous_{name}") for name in ("from", "sequence")),
        # an earlier long row outlasts its successor
        pl.when(again).then(pl.col("to").cum_max().over("group").shift(1)).alias("reached"),
    )


def _living(ready: Ready) -> pl.LazyFrame:
    """Records that create or change: a DELETE line has no history."""
    return ready.lazy().filter(pl.col("_action") != "DELETE") if "_action" in ready.names else ready.lazy()

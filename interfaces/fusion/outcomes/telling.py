"""Answers as people and figures get them: per unit, with code, column and Oracle's words, without any value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from contracts import ANSWER_COLUMNS, Code, Contract, Records
from interfaces.fusion.outcomes.answers import Answer
from interfaces.fusion.outcomes.codes import LONGEST, attribute_of, code_alone, identify, normalised
from interfaces.fusion.outcomes.said import Said

_KNOWN = {"answer": pl.UInt32, "code": pl.String, "said": pl.String, "attribute": pl.String, "counts": pl.Boolean}


def worded(contract: Contract, records: Records, said: Said, codes: Mapping[str, Code]) -> pl.DataFrame:
    """The answers with words, per unit, in ANSWER_COLUMNS. What no table knows is said without the record's values."""
    hits = said.hits.with_row_index("hit")
    known = pl.DataFrame(_identified(said.answers, codes), schema=_KNOWN, orient="row")
    places = pl.DataFrame(
        [
            (file, attribute, *_place(contract, file, attribute))
            for file, attribute in hits.join(known, on="answer").select("file", "attribute").unique().iter_rows()
        ],
        schema={"file": pl.String, "attribute": pl.String, "place": pl.String, "column": pl.String}, orient="row",
    )  # fmt: skip
    told = hits.join(known, on="answer", maintain_order="left").join(
        places, on=["file", "attribute"], maintain_order="left"
    )
    told = told.with_columns(_sentences(records, said.answers, told).alias("said"))
    return answers_frame(told.with_columns(pl.col("place").alias("file")))


def _identified(
    answers: Sequence[Answer], codes: Mapping[str, Code]
) -> Iterator[tuple[int, str, str | None, str, bool]]:
    """Code, words, attribute and weight of each answer that has any; words are None where they may hold values."""
    known: dict[tuple[str, ...], tuple[str, str | None, str, bool]] = {}
    for at, answer in enumerate(answers):
        if not (answer.said or answer.text):
            continue
        key = (answer.said, answer.text, answer.attribute, answer.table)
        if key not in known:
            code = identify(answer, codes)
            words = answer.said if code_alone(answer.said) else code.code[:LONGEST] if code else None
            counts = code.counts_in_rate if code else True
            known[key] = (code.id if code else "", words, attribute_of(answer, code), counts)
        yield at, *known[key]


def _sentences(records: Records, answers: Sequence[Answer], told: pl.DataFrame) -> pl.Series:
    """The words of each hit; sentences of no table without the values of the unit and those the report prints."""
    words = told["said"].to_list()
    unknown = [at for at, said in enumerate(words) if said is None]
    values = _values(records, {told["unit"][at] for at in unknown})
    for at in unknown:
        answer = answers[told["answer"][at]]
        own = (answer.value, *answer.keys.values(), *values.get(told["unit"][at], ()))
        words[at] = normalised(answer.said or answer.text, own)
    return pl.Series(words, dtype=pl.String)


def _values(records: Records, units: set[int]) -> dict[int, set[str]]:
    """Every text of the records of these units."""
    found: dict[int, set[str]] = {}
    for ready in records.ready.values() if units else ():
        columns = [name for name in ready.file.columns if name in ready.present]
        frame = ready.frame.filter(pl.col("_unit").is_in(sorted(units)))
        for unit, *values in frame.select("_unit", *columns).iter_rows():
            found.setdefault(unit, set()).update(value for value in values if value)
    return found


def _place(contract: Contract, file: str, attribute: str) -> tuple[str, str]:
    """File and column of an attribute: of the file itself, else of the only file that has it; "" where none has."""
    if not attribute or (file and attribute in contract.files[file].columns):
        return file, attribute
    others = [other.id for other in contract.files.values() if attribute in other.columns]
    return (others[0], attribute) if len(others) == 1 else (file, "")


def answers_frame(told: pl.DataFrame, **words: str) -> pl.DataFrame:
    """A frame in ANSWER_COLUMNS; what it lacks is ``words``, blank, or counted."""
    lacking = {"file": "", "column": "", "code": "", "said": "", "rule": "", "counts": True} | words
    told = told.with_columns(pl.lit(value).alias(name) for name, value in lacking.items() if name not in told.columns)
    return told.select(pl.col(name).cast(kind) for name, kind in ANSWER_COLUMNS.items())


def unmatched(missing: Sequence[Answer]) -> list[str]:
    """Refusals of no record of the payload: what was said, and how often."""
    said = [normalised(answer.said or answer.text, (answer.value, *answer.keys.values())) for answer in missing]
    return [
        f"{words or 'a refusal without words'}: of no record of the payload"
        + (f", {times:,} times" if times > 1 else "")
        for words, times in Counter(said).items()
    ]

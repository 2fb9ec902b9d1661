"""Which records of a payload the entries of a report name, and which accept units they can mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import PurePosixPath

import polars as pl

from contracts import Contract, File, Ready, Records
from interfaces.fusion.outcomes import hdl
from interfaces.fusion.outcomes.answers import Answer, Taken
from interfaces.fusion.outcomes.journal_import import ACCOUNT, JOURNAL
from interfaces.fusion.outcomes.spelling import in_payload, in_report, known

_UNIT = pl.col("_unit").alias("unit")
_ASKED: Mapping[str, type[pl.DataType]] = {"group": pl.UInt32, "asked": pl.UInt32, "entry": pl.UInt32}
_FOUND: Mapping[str, type[pl.DataType]] = {
    "group": pl.UInt32,
    "file": pl.String,
    "unit": pl.UInt32,
    "records": pl.UInt32,
}

_OBJECT = ("member", "number", "component", "SourceSystemOwner", "SourceSystemId")
_AMOUNTS = ("ENTERED_DR", "ENTERED_CR")
_LINE = ("USER_JE_SOURCE_NAME", "ACCOUNTING_DATE", "CURRENCY_CODE", *_AMOUNTS, ACCOUNT)
_JOURNAL = ("USER_JE_SOURCE_NAME", JOURNAL, "CURRENCY_CODE")

Names = tuple[tuple[str, ...], tuple[str, ...]]
"""Columns that name a record together; columns that must be blank for that."""
Way = tuple[pl.DataFrame, tuple[str, ...], tuple[str, ...]]
"""Records of the payload, with such columns."""

_INVOICE: tuple[Names, ...] = (
    (("INVOICE_ID", "INVOICE_NUM"), ()),
    (("INVOICE_ID",), ("INVOICE_NUM",)),
    (("INVOICE_NUM", "VENDOR_NUM"), ()),
    (("INVOICE_NUM", "VENDOR_NAME"), ()),
    (("INVOICE_NUM",), ("VENDOR_NUM", "VENDOR_NAME")),
)
"""An id alone counts only where no number stands beside it: in the report of another payload both may not fit."""

_DAT_LINE: tuple[Names, ...] = ((("member", "number", "component"), ()), (("member", "number"), ()))
_SOURCE_KEY: tuple[Names, ...] = (
    (("component", "SourceSystemOwner", "SourceSystemId"), ()),
    (("SourceSystemOwner", "SourceSystemId"), ()),
    (("SourceSystemId",), ("SourceSystemOwner",)),
)

_DAY = re.compile(r"^(\d{4})/(\d{2})/(\d{2})$")
_SIGN = "\x1f"
_NO_USER_KEY = frozenset({"SourceSystemOwner", "SourceSystemId", "GUID", "_row"})

_ROW_KEYS = frozenset({
    "VENDOR_NAME", "PARTY_SITE_NAME", "PROCUREMENT_BUSINESS_UNIT_NAME", "VENDOR_SITE_CODE", "BUSINESS_UNIT_NAME",
    "FIRST_NAME", "LAST_NAME", "EMAIL_ADDRESS", "ASSET_NUMBER", "RUN_NAME", "LEDGER_NAME", "BUDGET_NAME", "PERIOD_NAME",
    "CURRENCY_CODE",
    *(f"SEGMENT{number}" for number in range(1, 31)),
})  # fmt: skip
"""Columns of interface rows that name them where they have no key of their own."""


@dataclass(frozen=True)
class Named:
    """What entries name. Entries that name the same records are one group."""

    asked: pl.DataFrame  # group; asked: index of what was asked; entry: number of the entry
    found: pl.DataFrame  # group; file; unit; records: how many records of the unit the group may mean

    @property
    def missing(self) -> pl.Series:
        """Indices of what names no record."""
        return self.asked.join(self.found, on="group", how="anti")["asked"]


def load_records(contract: Contract, records: Records, answers: Sequence[Answer]) -> Named:
    """Records that SQL*Loader names by table, or file, and number."""
    asked = pl.DataFrame(
        [
            (index, answer.entry or index + 1, file_of(contract, answer.table), str(answer.record))
            for index, answer in enumerate(answers)
        ],
        schema={"asked": pl.UInt32, "entry": pl.UInt32, "place": pl.String, "number": pl.String}, orient="row",
    )  # fmt: skip
    own = _numbers(records, "_row").with_columns(pl.col("file").alias("place"))
    return _join(asked, [(own, ("place", "number"), ())])


def journal_lines(records: Records, file: File, answers: Sequence[Answer]) -> Named:
    """Journal lines by what the report prints of them, and unbalanced journals by name, currency and totals."""
    asked = _printed(answers, file)
    unbalanced = pl.col(JOURNAL) != "" if JOURNAL in asked.columns else pl.lit(False)
    own = _own(records, file, sorted({*_LINE, *_JOURNAL}))
    columns = tuple(name for name in _LINE if name in asked.columns)
    lines = _join(asked.filter(~unbalanced), [(own, columns, ())], blanks=True)
    totals = [
        pl.col(name).replace("", None).cast(pl.Decimal(38, 10), strict=False).sum().alias(name) for name in _AMOUNTS
    ]
    journals = own.group_by("file", "unit", *_JOURNAL, maintain_order=True).agg(totals)
    journals = journals.with_columns(_total(name) for name in _AMOUNTS)
    printed = tuple(name for name in _JOURNAL if name in asked.columns)
    ways: list[Way] = [(journals, (*printed, *_AMOUNTS), ()), (journals, printed, ())]
    return _both(lines, _join(asked.filter(unbalanced), ways, blanks=True))


def invoices(records: Records, file: File, answers: Sequence[Answer]) -> Named:
    """Invoices by id and number, else by number and supplier."""
    own = _own(records, file, known(file, sorted({name for way, _ in _INVOICE for name in way})))
    return _join(_printed(answers, file), [(own, *names) for names in _INVOICE])


def interface_rows(records: Records, files: Sequence[File], rows: Sequence[Answer | Taken]) -> Named:
    """Rows of one interface table, which several record types may fill, by their key columns."""
    asked = _printed(rows, files[0])
    shared = [name for name in asked.columns if all(name in file.columns for file in files)]
    columns = _row_keys([name for name in shared if (asked[name] != "").any()])
    own = pl.concat([_own(records, file, columns) for file in files])
    return _join(asked, [(own, tuple(columns), ())], blanks=True)


def objects(contract: Contract, records: Records, answers: Sequence[Answer]) -> Named:
    """Records of HCM files by .dat file and line, else by source key, else by a user key that means one unit only."""
    members = sorted({name.lower() for file in contract.files.values() for name in file.names})
    only = members[0] if len(members) == 1 else ""
    asked = pl.DataFrame(
        [
            (index, answer.entry or index + 1, PurePosixPath(answer.table).name.lower() or only, str(answer.line or ""),
             answer.component, answer.keys.get("SourceSystemOwner", ""), answer.keys.get("SourceSystemId", ""))
            for index, answer in enumerate(answers)
        ],
        schema={"asked": pl.UInt32, "entry": pl.UInt32} | dict.fromkeys(_OBJECT, pl.String), orient="row",
    )  # fmt: skip
    lines, keys = _members(contract, records), _source_keys(records)
    named = _join(asked, [*((lines, *names) for names in _DAT_LINE), *((keys, *names) for names in _SOURCE_KEY)])
    rest = asked.filter(pl.col("asked").is_in(named.missing.implode()))
    return _both(_answered(named), _by_user_key(contract, records, answers, rest))


def file_of(contract: Contract, table: str) -> str:
    """Id of the first file with this interface table, or with a member of this name; "" if there is none."""
    return next(iter(files_of(contract, table)), "")


def files_of(contract: Contract, table: str) -> list[str]:
    """Ids of the files with this table, or with a member of this name: one, or one per record type or component."""
    name = PurePosixPath(table).name.upper()
    found = []
    for file in contract.files.values():
        stems = {PurePosixPath(member).stem.upper() for member in file.names}
        if name and name in {file.table.upper(), *stems, *(member.upper() for member in file.names)}:
            found.append(file.id)
    return found


def _own(records: Records, file: File, names: Sequence[str]) -> pl.DataFrame:
    """The records of a file in the spelling that reports are brought to, with file and unit."""
    ready = records.ready[file.id]
    columns = [in_payload(ready, name) for name in names]
    return ready.frame.select(_UNIT, pl.lit(file.id).alias("file"), *columns)


def _row_keys(columns: Sequence[str]) -> list[str]:
    own = [
        name
        for name in columns
        if (name.startswith("INTERFACE_") and name.endswith("_KEY")) or name == "MASS_ADDITION_ID"
    ]
    return own or [name for name in columns if name in _ROW_KEYS] or list(columns)


def _printed(asked: Sequence[Answer | Taken], file: File) -> pl.DataFrame:
    """What was asked, one row each, its keys in the payload's spelling; a key that is not told is blank."""
    names = known(file, list(dict.fromkeys(name for one in asked for name in one.keys)))
    table = {
        "asked": pl.int_range(len(asked), dtype=pl.UInt32, eager=True),
        "entry": pl.Series([getattr(one, "entry", 0) or at for at, one in enumerate(asked, start=1)], dtype=pl.UInt32),
        **{name: pl.Series([one.keys.get(name, "") for one in asked], dtype=pl.String) for name in names},
    }
    return pl.DataFrame(table).with_columns(in_report(file, name) for name in names)


def _join(asked: pl.DataFrame, ways: Iterable[Way], *, blanks: bool = False) -> Named:
    """Join by the first way that fits. ``blanks``: blank keys equal blank values; else all of them must be filled."""
    result = Named(pl.DataFrame(schema=_ASKED), pl.DataFrame(schema=_FOUND))
    for own, columns, without in ways:
        if not columns or not {*columns} <= {*own.columns} & {*asked.columns}:
            continue
        filled = [pl.col(name) != "" for name in columns if not blanks]
        empty = [pl.col(name) == "" for name in without if name in asked.columns]
        usable = asked.filter(pl.all_horizontal(pl.lit(True), *filled, *empty))
        groups = usable.select(columns).unique(maintain_order=True).with_row_index("group")
        counted = own.group_by("file", "unit", *columns, maintain_order=True).len("records")
        found = groups.join(counted, on=list(columns), how="inner", maintain_order="left")
        told = usable.join(groups, on=list(columns), how="inner", maintain_order="left")
        named = _answered(Named(told.select(_typed(_ASKED)), found.select(_typed(_FOUND))))
        result = _both(result, named)
        asked = asked.join(named.asked, on="asked", how="anti", maintain_order="left")
    return _both(result, _alone(asked))


def _alone(asked: pl.DataFrame) -> Named:
    """Each a group of its own that names nothing."""
    return Named(asked.with_row_index("group").select(_typed(_ASKED)), pl.DataFrame(schema=_FOUND))


def _numbers(records: Records, number: str) -> pl.DataFrame:
    """File, number as text, and unit of every record."""
    parts = [
        ready.frame.select(pl.lit(name).alias("file"), pl.col(number).cast(pl.String).alias("number"), _UNIT)
        for name, ready in records.ready.items()
    ]
    return pl.concat(parts) if parts else _nothing("file", "number")


def _members(contract: Contract, records: Records) -> pl.DataFrame:
    """The physical line and component of every record, by the .dat files that may hold it."""
    names = [(file.id, name.lower(), file.component) for file in contract.files.values() for name in file.names]
    members = pl.DataFrame(names, schema=dict.fromkeys(("file", "member", "component"), pl.String), orient="row")
    return _numbers(records, "_line").join(members, on="file", how="inner", maintain_order="left")


def _source_keys(records: Records) -> pl.DataFrame:
    parts = [
        ready.frame.select(
            pl.lit(name).alias("file"), _UNIT, pl.lit(ready.file.component).alias("component"),
            in_payload(ready, "SourceSystemOwner"), in_payload(ready, "SourceSystemId"),
        )
        for name, ready in records.ready.items()
    ]  # fmt: skip
    return pl.concat(parts) if parts else _nothing("file", "component", "SourceSystemOwner", "SourceSystemId")


def _nothing(*texts: str) -> pl.DataFrame:
    return pl.DataFrame(schema={"unit": pl.UInt32} | dict.fromkeys(texts, pl.String))


def _by_user_key(contract: Contract, records: Records, answers: Sequence[Answer], rest: pl.DataFrame) -> Named:
    """By columns that name a record (PersonNumber); Oracle concatenates such keys, how is unconfirmed.

    Of a key of several columns all values must be among the pieces, in whatever order; the longest key counts.
    """
    keys = sorted({name for file in contract.files.values() for key in _user_keys(file) for name in key})
    lengths = sorted({len(key) for file in contract.files.values() for key in _user_keys(file)})
    asked = [
        (at, answers[at].component, _SIGN.join(some))
        for at in rest["asked"]
        for length in lengths
        for some in combinations(sorted(_pieces(answers[at], keys)), length)
    ]
    wanted = pl.DataFrame(asked, schema={"asked": pl.UInt32, "meant": pl.String, "text": pl.String}, orient="row")
    parts = [
        ready.frame.select(
            pl.lit(name).alias("file"), _UNIT, _joined(ready, key).alias("text"),
            pl.lit(ready.file.component).alias("component"), pl.lit(len(key)).alias("length"),
        )
        for name, ready in records.ready.items() for key in _user_keys(ready.file)
    ]  # fmt: skip
    alone = _alone(rest)
    if not parts or not asked:
        return alone
    found = wanted.join(pl.concat(parts), on="text", how="inner").join(alone.asked, on="asked", how="inner")
    found = found.filter((pl.col("length") == 1) | (pl.col("meant") == "") | (pl.col("meant") == pl.col("component")))
    found = found.filter(pl.col("length") == pl.col("length").max().over("group"))
    found = found.filter(pl.col("unit").n_unique().over("group") == 1)
    counted = found.group_by("group", "unit", maintain_order=True).agg(
        pl.col("file").first(), pl.len().alias("records")
    )
    return Named(alone.asked, counted.select(_typed(_FOUND)))


def _joined(ready: Ready, key: Sequence[str]) -> pl.Expr:
    """The values of a key, sorted; null where one is blank."""
    values = [in_payload(ready, name) for name in key]
    if len(key) == 1:
        return values[0]
    whole = pl.all_horizontal(value != "" for value in values)
    return pl.when(whole).then(pl.concat_list(values).list.sort().list.join(_SIGN))


def _user_keys(file: File) -> list[tuple[str, ...]]:
    keys = [*file.accept_unit, *file.business_key, *(file.history.key if file.history else ())]
    keys += [tuple(way) for way in file.parent.by] if file.parent else []
    return sorted(
        {
            tuple(key)
            for key in keys
            if key and all(name in file.columns for name in key) and not _NO_USER_KEY.intersection(key)
        }
    )


def _pieces(answer: Answer, keys: Sequence[str]) -> Iterator[str]:
    text = answer.keys.get(hdl.KEYS[2], "")
    pieces = [text, *text.replace(",", "|").replace(";", "|").split("|"), *(answer.keys.get(key, "") for key in keys)]
    yield from dict.fromkeys(_DAY.sub(r"\1-\2-\3", piece.strip()) for piece in pieces if piece.strip())


def _answered(named: Named) -> Named:
    """Only the groups that name a record."""
    return Named(named.asked.join(named.found, on="group", how="semi"), named.found)


def _both(one: Named, other: Named) -> Named:
    """Both together, the groups of the second numbered on."""
    shifted = (pl.col("group") + one.asked.height).cast(pl.UInt32)  # no more groups than entries
    return Named(
        pl.concat([one.asked, other.asked.with_columns(shifted)]),
        pl.concat([one.found, other.found.with_columns(shifted)]),
    )


def _typed(columns: Mapping[str, type[pl.DataType]]) -> list[pl.Expr]:
    return [pl.col(name).cast(kind) for name, kind in columns.items()]


def _total(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.replace(r"(\.\d*?)0+$", "$1").str.replace(r"\.$", "")
    return pl.when(text == "0").then(pl.lit("")).otherwise(text).alias(name)

"""SQL*Loader control files: the columns that take a field of the record, in its order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.drafting.source import Note, Source, SourceColumn, SourceFile, distinct
from harness.errors import UsageError

_TOKEN = re.compile(
    r"""--[^\n]*                        # a comment
      | "(?:\\.|[^"\\])*"               # an SQL string, or a name
      | '(?:''|[^'])*'                  # a text
      | [A-Za-z_][\w$\#]*
      | \d+(?:\.\d+)?
      | \S""",
    re.VERBOSE | re.DOTALL,
)
_COMPUTED = {"CONSTANT", "EXPRESSION", "RECNUM", "SYSDATE", "SEQUENCE"}
"""Words behind a column's name that fill it without a field of the record."""
_FIELDS = {"FIELDS", "TRAILING", "TREAT", "SORTED", "REENABLE", "SINGLEROW", "OPTIONS"}
_NUMBERS = {"EXTERNAL", "DECIMAL", "ZONED", "FLOAT", "DOUBLE", "INTEGER", "SMALLINT"}
_MASK = re.compile(r"'(?=[^']*M(?:M|ON))(?=[^']*DD)([^']*(?:YY|RR)[^']*)'", re.IGNORECASE)
_STAMP = re.compile(r"to_timestamp|HH24|HH12", re.IGNORECASE)
_NUMERIC = re.compile(r"replace_decimal_char|to_number", re.IGNORECASE)
_TODO = "give the control file whole, from LOAD DATA to the last bracket"


@dataclass
class _Table:
    """One INTO TABLE clause."""

    name: str
    when: list[str]
    items: list[list[str]]
    delimiter: str


def read_control_file(path: Path) -> Source:
    """Return the files that a control file loads: one, or one per branch of its WHEN clauses.

    Raises UsageError for a text that is no whole control file.
    """
    tokens = [one for one in _TOKEN.findall(_text(path)) if not one.startswith("--")]
    tables, words = _tables(path.name, tokens), {one.upper() for one in tokens}
    stem = re.sub(r"\W+", "", path.name.partition(".")[0]) or tables[0].name
    remarks: tuple[str, ...] = ()
    if "SEMANTICS" in words and "CHAR" in _behind(tokens, "SEMANTICS")[:1]:
        remarks = (*remarks, "the loader counts characters (LENGTH SEMANTICS CHAR)")
    if charset := _behind(tokens, "CHARACTERSET")[:1]:
        remarks = (*remarks, f"character set {charset[0]}")
    branches = [one for one in tables if one.when] if len(tables) > 1 else []
    files, unread = [], []
    for table in branches or tables[:1]:
        found = _file(stem, table, branch=bool(branches))
        if isinstance(found, SourceFile):
            files.append(replace(found, remarks=(*found.remarks, *remarks)))
        else:
            unread.append(Note(f"table {table.name}", found))
    rest = [one for one in tables[0 if branches else 1 :] if one not in branches]
    unread += [Note(f"table {one.name}", "it loads the records of another table once more") for one in rest]
    return Source(path.name, "control file", "fbdi", tuple(files), unread=tuple(unread))


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # only comments ever hold more than ASCII


def _behind(tokens: Sequence[str], word: str) -> Sequence[str]:
    places = [place for place, token in enumerate(tokens) if token.upper() == word]
    return tokens[places[0] + 1 :] if places else ()


def _tables(name: str, tokens: list[str]) -> list[_Table]:
    starts = [
        at for at, token in enumerate(tokens[:-2]) if token.upper() == "INTO" and tokens[at + 1].upper() == "TABLE"
    ]
    if not starts:
        raise UsageError("a control file without INTO TABLE", where=name, todo=_TODO)
    ends = [*starts[1:], len(tokens)]
    return [_table(name, tokens[start + 2 : end]) for start, end in zip(starts, ends, strict=True)]


def _table(name: str, tokens: list[str]) -> _Table:
    opening = _opening(tokens)
    if opening is None:
        raise UsageError(f"no list of columns for table {tokens[0]}", where=name, todo=_TODO)
    head, items = tokens[:opening], _items(tokens[opening + 1 :])
    if items is None:
        raise UsageError(f"the list of columns of {tokens[0]} is not closed", where=name, todo=_TODO)
    when = _until_fields(_behind(head, "WHEN"))
    delimiter = next((one[1:-1] for one in _behind(head, "TERMINATED") if len(one) == 3 and one[0] in "'\""), ",")
    return _Table(_bare(head[2] if head[1:2] == ["."] else head[0]), when, items, delimiter)


def _opening(tokens: Sequence[str]) -> int | None:
    """Where the list of columns begins: the first bracket that opens no condition, as (1:5) or (KIND = 'LABOR') do."""
    for at, sign in enumerate(tokens):
        if sign == "(":
            first, second = [*tokens[at + 1 : at + 3], "", ""][:2]
            if not (second in {"=", "<", ">", "!"} or (first.isdigit() and second in {":", "-", ")"})):
                return at
    return None


def _until_fields(tokens: Sequence[str]) -> list[str]:
    ends = [at for at, token in enumerate(tokens) if token.upper() in _FIELDS]
    return list(tokens[: ends[0]] if ends else tokens)


def _items(tokens: Sequence[str]) -> list[list[str]] | None:
    """The tokens of each column, up to the bracket that closes the list; None if none does."""
    items: list[list[str]] = [[]]
    depth = 0
    for sign in tokens:
        if sign == ")" and not depth:
            return [item for item in items if item]
        if sign == "," and not depth:
            items.append([])
            continue
        depth += (sign == "(") - (sign == ")")
        items[-1].append(sign)
    return None


def _file(stem: str, table: _Table, *, branch: bool) -> SourceFile | str:
    """The file of a table, or why it was not understood."""
    fields = [item for item in table.items if not _COMPUTED & {one.upper() for one in item[1:2]}]
    if any("POSITION" in map(str.upper, item) for item in fields[1:]):
        return "fields of fixed positions, or read twice: no delimited file"
    columns, remarks = distinct([_column(item) for item in fields])
    if not columns:
        return "no column takes a field"
    mark = _mark(table.when, [column.name for column in columns])
    value = re.sub(r"\W+", "_", mark[1]).strip("_") if mark else ""
    if branch and not value:
        return f"its branch was not understood: WHEN {' '.join(table.when)}"
    if table.when and not branch:
        remarks.append(f"only records are loaded WHEN {' '.join(table.when)}")
    return SourceFile(
        f"{stem}@{value}" if branch else stem, f"table {table.name}", tuple(columns), name=f"{stem}.csv",
        table=table.name, record_type=mark if branch else None, remarks=tuple(remarks),
        csv={"delimiter": table.delimiter} if table.delimiter != "," else None,
    )  # fmt: skip


def _mark(when: Sequence[str], names: Sequence[str]) -> tuple[int, str] | None:
    """Field and value of a WHEN clause that compares one field with one text: TYPE = 'LABOR', (1:5) = 'LABOR'."""
    texts = [one for one in when if one.startswith("'")]
    if len(texts) != 1 or "=" not in when or {"!", "<", "AND"} & {one.upper() for one in when}:
        return None
    text = texts[0][1:-1]
    named = [names.index(_bare(one)) + 1 for one in when if _bare(one) in names]
    if named:
        return named[0], text
    return (1, text) if [one for one in when if one.isdigit()][:1] in (["1"], ["01"]) else None


def _column(item: Sequence[str]) -> SourceColumn:
    """A column that takes a field, from its name and what stands behind it."""
    name, words = _bare(item[0]), [one.upper() for one in item[1:]]
    sql = next((one for one in item[1:] if one.startswith('"')), "")
    filler = bool({"FILLER", "BOUNDFILLER"} & set(words))
    notes = ["ctl FILLER: read, and not loaded by itself"] if filler else []
    buffer = next(_sizes(words), None)
    mask = next((found[1] for found in _MASK.finditer(sql.replace('"', "'"))), "")
    if mask or {"DATE", "TIMESTAMP"} & set(words):
        stamp = "TIMESTAMP" in words or _STAMP.search(sql)
        found = SourceColumn(name, type="TIMESTAMP" if stamp else "DATE", mask=mask.upper())
    elif _NUMERIC.search(sql) or _NUMBERS & set(words):
        found = SourceColumn(name, type="NUMBER")
    elif buffer:
        found = SourceColumn(name, type="VARCHAR2", length=buffer)
    else:
        found = SourceColumn(name)
    notes.append("type from ctl" if found.type else "ctl gives no type")
    notes.append(f"ctl CHAR({buffer})" if buffer else "ctl gives no CHAR(n)")
    return replace(found, buffer=buffer, notes="; ".join(notes), certainty="known")


def _sizes(words: Sequence[str]) -> Iterator[int]:
    for at, word in enumerate(words):
        if word in ("CHAR", "VARCHAR", "VARCHAR2") and words[at + 1 : at + 2] == ["("] and words[at + 2].isdigit():
            yield int(words[at + 2])


def _bare(token: str) -> str:
    return token.strip('"').upper()

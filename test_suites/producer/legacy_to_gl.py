"""A small interface to put under test: turns a legacy journal extract into a zip with Oracle's GlInterface.csv.

    python legacy_to_gl.py SOURCE PAYLOAD [--bug zeros] [--bug commas] [--bug last] [--fixed]

The extract has a header line and the columns doc_no, posted (MM/DD/YYYY), line_id, acct (segments with hyphens), dc
(D or C), amount, text. Standard library only. Three bugs are planted, see the end; ``--fixed`` is free of them.
"""

from __future__ import annotations

import argparse
import csv
import io
import zipfile
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

FIELDS = 149
POSITIONS = {
    "STATUS": 1, "ACCOUNTING_DATE": 3, "USER_JE_SOURCE_NAME": 4, "USER_JE_CATEGORY_NAME": 5, "CURRENCY_CODE": 6,
    "DATE_CREATED": 7, "ACTUAL_FLAG": 8, "SEGMENT1": 9, "SEGMENT2": 10, "SEGMENT3": 11, "SEGMENT4": 12, "SEGMENT5": 13,
    "SEGMENT6": 14, "SEGMENT7": 15, "ENTERED_DR": 39, "ENTERED_CR": 40, "REFERENCE1": 43, "REFERENCE4": 46,
    "REFERENCE10": 52, "REFERENCE21": 53, "GROUP_ID": 67, "LEDGER_NAME": 92, "PERIOD_NAME": 95,
}  # fmt: skip
SAME = {
    "STATUS": "NEW", "USER_JE_SOURCE_NAME": "Legacy Conversion", "USER_JE_CATEGORY_NAME": "Conversion",
    "CURRENCY_CODE": "USD", "ACTUAL_FLAG": "A", "REFERENCE1": "LEGACY", "GROUP_ID": "1",
    "LEDGER_NAME": "District Ledger",
}  # fmt: skip
Record = dict[str, str]


def records(source: Path, bugs: Collection[str]) -> Iterable[Record]:
    """The lines of the extract."""
    text = source.read_bytes().decode("utf-8")
    if "commas" in bugs:
        names, *lines = [line.split(",") for line in text.splitlines()]
        return [dict(zip(names, line, strict=True)) for line in lines if len(line) == len(names)]
    return csv.DictReader(io.StringIO(text, newline=""))


def documents(lines: Iterable[Record], bugs: Collection[str]) -> Iterator[list[Record]]:
    """The lines of each document, given on when the next one begins."""
    document: list[Record] = []
    for line in lines:
        if document and line["doc_no"] != document[0]["doc_no"]:
            yield document
            document = []
        document.append(line)
    if "last" not in bugs:
        yield document


def fields(line: Record, bugs: Collection[str]) -> list[str]:
    """One line as a record of GlInterface.csv."""
    month, day, year = map(int, line["posted"].split("/"))
    posted = date(year, month, day)
    segments = line["acct"].split("-")
    if "zeros" in bugs:
        segments[2] = str(int(segments[2]))
    values = SAME | {f"SEGMENT{at}": segment for at, segment in enumerate(segments, start=1)}
    values |= {
        "ACCOUNTING_DATE": f"{posted:%Y/%m/%d}", "DATE_CREATED": f"{posted:%Y/%m/%d}", "PERIOD_NAME": f"{posted:%b-%y}",
        "ENTERED_DR" if line["dc"] == "D" else "ENTERED_CR": line["amount"],
        "REFERENCE4": line["doc_no"], "REFERENCE10": line["text"].replace("\n", "\\n"), "REFERENCE21": line["line_id"],
    }  # fmt: skip
    row = [""] * FIELDS
    for name, value in values.items():
        row[POSITIONS[name] - 1] = value
    return row


def main() -> None:
    """Read the extract, write the zip."""
    parser = argparse.ArgumentParser(description="Turns a legacy journal extract into a zip with GlInterface.csv.")
    parser.add_argument("source", type=Path)
    parser.add_argument("payload", type=Path)
    parser.add_argument("--bug", action="append", choices=list(PLANTED), help="only this one (may be repeated)")
    parser.add_argument("--fixed", action="store_true", help="none of them")
    asked = parser.parse_args()
    bugs = () if asked.fixed else asked.bug or tuple(PLANTED)
    out = io.StringIO(newline="")
    for document in documents(records(asked.source, bugs), bugs):
        csv.writer(out).writerows(fields(line, bugs) for line in document)
    with zipfile.ZipFile(asked.payload, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("GlInterface.csv"), out.getvalue())


PLANTED = {
    "zeros": "the program report code is taken for a number: 035 becomes 35",
    "commas": "lines are split at commas, and those whose text holds one are passed over as malformed",
    "last": "a document is given on when the next one begins, so the last one never is",
}
"""The planted bugs. The first two break rules of the contract; the third shows only against the source."""

if __name__ == "__main__":
    main()

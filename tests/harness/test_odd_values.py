"""Odd values in every type of column of shipped contracts: the findings they give, no more and no fewer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts import CheckResult, Contract, load
from harness import check, read, unzipped, write, zipped

HELD = b"9" * 28  # digits before the point that a number may have here
WIDE = "１２３".encode()
SURROGATE = b"\xed\xa0\x80"


def sent(folder: Path, contract: Contract, column: str, value: bytes) -> Path:
    """The first valid example as it is sent, with these bytes in a column of the file's first record."""
    file, _, name = column.partition(".")
    example = next(one for one in contract.examples.values() if not one.expects and file in one.records)
    path = folder / "sent.zip"
    write(path, contract, example.records)
    members = unzipped(path.read_bytes())
    if contract.channel == "hdl":
        member, changed = _in_dat(members, contract.files[file].component, name, value)
    else:
        member = contract.files[file].names[0]
        line, *rest = members[member].split(b"\n")
        changed = b"\n".join([_with(line, b",", (contract.files[file].columns[name].position or 1) - 1, value), *rest])
    path.write_bytes(zipped({**members, member: changed}))
    return path


def _in_dat(members: dict[str, bytes], component: str, name: str, value: bytes) -> tuple[str, bytes]:
    for member, data in members.items():
        lines = data.split(b"\n")
        words = f"METADATA|{component}|".encode(), f"MERGE|{component}|".encode()
        heads = [next((at for at, line in enumerate(lines) if line.startswith(word)), -1) for word in words]
        if heads[0] >= 0:
            place = lines[heads[0]].split(b"|").index(name.encode())
            lines[heads[1]] = _with(lines[heads[1]], b"|", place, value)
            return member, b"\n".join(lines)
    raise AssertionError(f"no {component} in the example")


def _with(line: bytes, delimiter: bytes, place: int, value: bytes) -> bytes:
    cells = line.split(delimiter)
    return delimiter.join([*cells[:place], value, *cells[place + 1 :]])


def found(result: CheckResult) -> dict[str, list[int]]:
    """The records of each failed rule; the statuses count the same."""
    rows: dict[str, list[int]] = {}
    for rule, row in result.findings.select("rule", "row").iter_rows():
        rows.setdefault(rule, []).append(row)
    assert {rule.id: rule.findings for rule in result.rules if rule.findings} == {
        rule: len(numbers) for rule, numbers in rows.items()
    }
    return rows


TYPE = {"type": True}
"""The value fails its type, and the loader cannot read it."""
TAKEN = {"type": False}
"""The value fails its type, but the loader may take it: no refusal is predicted."""
BYTES = {"type": True, "unreadable": True}
TEXT = {"unreadable": True}

NUMBERS: dict[bytes, dict[str, bool]] = {
    HELD + b"." + b"9" * 10: {},
    HELD + b"9": TAKEN,
    b"0.00000000001": TAKEN,
    b"0000/00/00": TYPE,
    b"NaN": TYPE,
    b"Infinity": TYPE,
    b"-inf": TYPE,
    b"1e309": TYPE,
    b"1E+126": TYPE,
    b"1E125": TAKEN,
    b"1e-309": TAKEN,
    b"1e": TYPE,
    WIDE: TYPE,
    "−5".encode(): TYPE,
    b"5\0": BYTES,
    b"\0": BYTES,
    SURROGATE: BYTES,
    b'"5': TEXT,
    b'"5"x': BYTES,
    b"5" * 4000: TAKEN,
}
SIZED = {**NUMBERS, HELD + b"." + b"9" * 10: TAKEN, b"100": TAKEN, b"0.123": TAKEN}
WHOLE = {**NUMBERS, HELD + b"." + b"9" * 10: TAKEN, b"9" * 19: TAKEN, b"0.5": TAKEN, b"5.": {}}
MOMENTS = {
    value: BYTES if "unreadable" in expected else TYPE
    for value, expected in NUMBERS.items()
} | {
    b"0000/00/00": TYPE,
    b"0000/01/01": TYPE,
    b"2026/00/10": TYPE,
    b"2026/02/30": TYPE,
    b"9999/99/99": TYPE,
    "２０２６/１１/１９".encode(): TYPE,
    b"2026/11/19\0": BYTES,
    b'"2026': BYTES,
}  # fmt: skip
TEXTS: dict[bytes, dict[str, bool]] = {
    value: TEXT if "unreadable" in expected else {"length": True} if len(value) == 4000 else {}
    for value, expected in NUMBERS.items()
}
COLUMNS = {
    ("finance.gl_journals", "gl.STAT_AMOUNT"): NUMBERS,
    ("finance.ap_invoices", "headers.PAYMENT_PRIORITY"): SIZED,
    ("finance.bank_statements", "lines.LINE_NUMBER"): WHOLE,
    ("finance.ap_invoices", "headers.GL_DATE"): MOMENTS,
    ("procurement.items", "items.VERSION_START_DATE"): MOMENTS,
    ("finance.gl_journals", "gl.REFERENCE10"): TEXTS,
}


def cases() -> Iterator[object]:
    for (contract, column), values in COLUMNS.items():
        for value, expected in values.items():
            yield pytest.param(contract, column, value, expected, id=f"{column}-{value[:24]!r}-{len(value)}")


def checked(folder: Path, identity: str, column: str, value: bytes, expected: dict[str, bool]) -> CheckResult:
    """The result of a payload with this value, in which exactly the expected rules fail, each on its first record."""
    contract = load(identity, "oracle", sample=True)
    file = column.partition(".")[0]
    result = check(read(sent(folder, contract, column, value), contract), contract, all_findings=True)
    ids = {kind: f"{file}.shape.{kind}" if kind == "unreadable" else f"{column}.{kind}" for kind in expected}
    assert found(result) == {rule: [1] for rule in ids.values()}
    return result


@pytest.mark.parametrize(("identity", "column", "value", "expected"), list(cases()))
def test_an_odd_value_gives_its_findings_and_no_other(
    tmp_path: Path, identity: str, column: str, value: bytes, expected: dict[str, bool]
) -> None:
    result = checked(tmp_path, identity, column, value, expected)
    assert set(result.findings["line"]) <= {1}
    refused = any(expected.values())
    # an error of the loader refuses the whole file, but only its own unit breaks the promise
    assert result.units["predicted"].to_list() == ["refused" if refused else "accepted"] * result.submitted
    assert result.conforming == result.submitted - bool(expected)


HDL_COLUMNS = {
    ("hr.salaries", "salary.SalaryAmount"): {**NUMBERS, HELD + b"." + b"9" * 10: TYPE},
    ("hr.salaries", "salary.DateFrom"): MOMENTS,
    ("hr.time_records", "time_record.StartTime"): MOMENTS,
    ("hr.jobs", "job.Name"): TEXTS,
}
LONE = {b'"5', b'"5"x', b'"2026'}
"""In a .dat a quote is a character."""


def hdl_cases() -> Iterator[object]:
    for (contract, column), values in HDL_COLUMNS.items():
        for value, expected in values.items():
            if value in LONE:
                expected = {} if values is TEXTS else {"type": True}
            yield pytest.param(contract, column, value, expected, id=f"{column}-{value[:24]!r}-{len(value)}")


@pytest.mark.parametrize(("identity", "column", "value", "expected"), list(hdl_cases()))
def test_an_odd_value_in_a_dat_gives_its_findings_and_no_other(
    tmp_path: Path, identity: str, column: str, value: bytes, expected: dict[str, bool]
) -> None:
    result = checked(tmp_path, identity, column, value, expected)
    grave = {"critical", "significant"} & set(result.findings["severity"])
    assert result.conforming == result.submitted - bool(grave)


def test_a_balance_of_more_digits_than_a_sum_holds_is_unknown(tmp_path: Path) -> None:
    contract = load("finance.gl_journals", "oracle", sample=True)
    result = check(read(sent(tmp_path, contract, "gl.ENTERED_DR", HELD), contract), contract, all_findings=True)
    assert found(result) == {}
    assert result.units["conforms"].to_list() == [True]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b'"Meals', "[a quote is opened and never closed: the loader refuses the line]"),
        (b'"Meals" of', "[text follows a closing quote: where the field ends is a guess]"),
        (b"Meals\0", "or it holds a NUL byte]"),
        (SURROGATE, "[its bytes are no valid text in the file's encoding"),
        (b"x" * 2**20, "[more than 1,048,576 bytes, the most that the loader reads by default: values are cut to"),
    ],
)  # fmt: skip
def test_the_command_line_says_what_is_odd_and_exits_1(
    tmp_path: Path,
    harness: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    value: bytes,
    words: str,
) -> None:
    contract = load("finance.gl_journals", "oracle", sample=True)
    path = sent(tmp_path, contract, "gl.REFERENCE10", value)
    assert harness("check", path, "--contract", contract.id, "--profile", "oracle") == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert words in printed
    assert "\0" not in printed
    assert len(printed) < 5000

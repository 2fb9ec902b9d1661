"""Faults in numbers, in dates, and by other codes or blanks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from harness.mutation.beyond import CODE, CONDITIONAL, DATE, LIFE, OPTIONAL, QUANTITY
from harness.mutation.spots import Spot, number, on_value


@on_value("decimal point moved", of="number", beyond=QUANTITY)
def point_moved(value: str, spot: Spot) -> str | None:
    """An amount in tens or tenths: 100.00 becomes 1000.0 or 10.000."""
    amount = number(value)
    return f"{amount.scaleb(spot.random.choice((1, -1))):f}" if "." in value and amount else None


@on_value("decimal point lost", of="number", beyond=QUANTITY)
def point_lost(value: str, spot: Spot) -> str | None:
    """The sender writes cents, the reader expects dollars."""
    return value.replace(".", "") if "." in value and number(value) else None


@on_value("sign changed", of="quantity")
def sign_changed(value: str, spot: Spot) -> str | None:
    """The two systems do not agree whose side is positive."""
    return (value[1:] if value.startswith("-") else f"-{value}") if number(value) else None


@on_value("rounded to whole units", of="number", beyond=QUANTITY)
def rounded(value: str, spot: Spot) -> str | None:
    """A column of a spreadsheet is shown, and saved, without decimals."""
    amount = number(value)
    return None if amount is None or amount == amount.to_integral_value() else f"{amount.to_integral_value():f}"


@on_value("thousands separator in a number", of="number")
def thousands(value: str, spot: Spot) -> str | None:
    """An amount is exported as it is shown: 1,000.00."""
    amount = number(value)
    return f"{amount:,}" if amount is not None and abs(amount) >= 1000 else None


@on_value("currency sign before a number", of="quantity")
def currency_sign(value: str, spot: Spot) -> str | None:
    """An amount is exported as it is shown: $100.00."""
    return f"${value}"


@on_value("negative number in parentheses", of="number")
def in_parentheses(value: str, spot: Spot) -> str | None:
    """Accountants' format: (100.00) for -100.00."""
    return f"({value[1:]})" if value.startswith("-") else None


@on_value("scientific notation")
def scientific(value: str, spot: Spot) -> str | None:
    """A spreadsheet shows a long number as 2.39E+11 and saves what it shows."""
    digits = value.partition(".")[0].removeprefix("-")
    return f"{float(value):.2E}" if len(digits) > 3 and digits.isdecimal() and number(value) else None


def day_of(value: str | None) -> date | None:
    """The date of a value; None for none, and for the end of time, which cannot be moved."""
    try:
        day = date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    return day if 1900 < day.year < 4000 else None


def _written(value: str, form: str) -> str | None:
    """The date of a value in another form, its time of day left as it is."""
    day = day_of(value)
    return day.strftime(form) + value[10:] if day else None


def _months_later(day: date, months: int) -> date:
    """The same day of another month, the 28th at most where that month might be shorter."""
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, min(day.day, 28) if months % 12 or day.month == 2 else day.day)


@on_value("date off by a year", of="date", beyond=LIFE)
def year_off(value: str, spot: Spot) -> str | None:
    """In January the old year is still in the fingers, or in the program."""
    day = day_of(value)
    return _months_later(day, spot.random.choice((12, -12))).isoformat() + value[10:] if day else None


@on_value("date off by a month", of="date", beyond=DATE)
def month_off(value: str, spot: Spot) -> str | None:
    """A batch is dated with last month's, or next month's, date."""
    day = day_of(value)
    return _months_later(day, spot.random.choice((1, -1))).isoformat() + value[10:] if day else None


@on_value("date off by a day", of="date", beyond=DATE)
def day_off(value: str, spot: Spot) -> str | None:
    """A time zone is added, and midnight falls on the day before."""
    day = day_of(value)
    return (day - timedelta(days=1)).isoformat() + value[10:] if day else None


@on_value("day and month exchanged", of="date", beyond=DATE)
def day_and_month(value: str, spot: Spot) -> str | None:
    """3 September is read as 9 March."""
    day = day_of(value)
    return day.replace(month=day.day, day=day.month).isoformat() + value[10:] if day and day.day <= 12 else None


@on_value("day that does not exist", of="date")
def no_such_day(value: str, spot: Spot) -> str | None:
    """A month gets 30 or 31 days whatever month it is."""
    return _written(value, "%Y/02/30")


@on_value("two-digit year", of="date")
def two_digit_year(value: str, spot: Spot) -> str | None:
    """The sender's format has two digits for the year."""
    return _written(value, "%y/%m/%d")


@on_value("date in US order", of="date")
def us_order(value: str, spot: Spot) -> str | None:
    """The sender's format is month/day/year."""
    return _written(value, "%m/%d/%Y")


@on_value("date with the month in letters", of="date")
def month_in_letters(value: str, spot: Spot) -> str | None:
    """A database writes its own default: 01-SEP-2025."""
    written = _written(value, "%d-%b-%Y")
    return written.upper() if written else None


@on_value("date as a serial number", of="date")
def serial_number(value: str, spot: Spot) -> str | None:
    """A spreadsheet saves the number behind the date: 45901."""
    day = day_of(value)
    return str((day - date(1899, 12, 30)).days) if day else None


@on_value("time of day behind a date", of="date")
def time_behind(value: str, spot: Spot) -> str | None:
    """A date column is exported as a time stamp."""
    return _written(value, "%Y/%m/%d 00:00:00") if len(value) == 10 else None


@on_value("required value blanked", beyond=CONDITIONAL)
def required_blanked(value: str, spot: Spot) -> str | None:
    """A field is not mapped, or was empty at the source."""
    return "" if spot.has("required") else None


@on_value("optional value blanked", beyond=OPTIONAL)
def optional_blanked(value: str, spot: Spot) -> str | None:
    """A field is not mapped, or was empty at the source."""
    return None if spot.has("required") else ""


@on_value("another code of the list", beyond=CODE)
def another_code(value: str, spot: Spot) -> str | None:
    """The line above or below is clicked in a drop-down."""
    others = [code for code in _codes(spot) if code != value]
    return spot.random.choice(others) if others else None


@on_value("code that is on no list")
def unknown_code(value: str, spot: Spot) -> str | None:
    """The sender's system still has a code that was retired, or its own one."""
    return "ZZ9" if "ZZ9" not in (codes := _codes(spot)) and codes else None


def _codes(spot: Spot) -> Sequence[str]:
    """The values that the contract knows for the column, () where it knows none."""
    assert spot.column is not None
    for rule in spot.contract.rules.values():
        if rule.file == spot.file.id and rule.column == spot.column.name:
            if "one_of" in rule.spec:
                return list(rule.spec["one_of"])
            reference = spot.contract.lists[rule.spec["list"]] if "list" in rule.spec else None
            if reference and reference.rows is not None:
                return [code for code in reference.rows[reference.key[0]].unique(maintain_order=True) if code]
    return {"flag": ("Y", "N"), "boolean": ("true", "false")}.get(spot.column.type.kind, ())


NUMBERS = (
    point_moved, point_lost, sign_changed, rounded, thousands, currency_sign, in_parentheses, scientific,
)  # fmt: skip
DATES = (
    year_off, month_off, day_off, day_and_month, no_such_day, two_digit_year, us_order, month_in_letters,
    serial_number, time_behind,
)  # fmt: skip
CODES = (required_blanked, optional_blanked, another_code, unknown_code)

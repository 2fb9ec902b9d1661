"""The lines of GL_INTERFACE: what the pod knows to hold them against, and the codes that each line gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from interfaces.emulator.imports.accounts import Accounts
from interfaces.emulator.imports.periods import Periods
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

SEGMENTS = tuple(f"SEGMENT{number}" for number in range(1, 31))


@dataclass(slots=True)
class Line:
    """A line and the codes that it got."""

    row: Row
    ledger: str  # its name; its id where the pod has no name for it
    codes: list[str] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """True for an error; a warning (W...) refuses nothing."""
        return any(not code.startswith("W") for code in self.codes)


class Books:
    """What the pod knows of ledgers, periods and accounts."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.ids = setup.ids("ledgers")
        self._names = {identity: name for name, identity in self.ids.items()}
        self._currencies = {row["name"]: row["currency"] for row in setup.rows("ledgers")}
        self.periods = Periods(setup.rows("open_period"))
        self.accounts = Accounts(setup)

    def ledger(self, row: Row) -> str:
        """The ledger of a line; its name goes before its id (unconfirmed)."""
        identity = row.get("LEDGER_ID")
        return row.get("LEDGER_NAME") or self._names.get(identity, identity)

    def currency(self, ledger: str) -> str:
        """The currency of a ledger, "" where it is not known."""
        return self._currencies.get(ledger, "")

    def selects(self, row: Row, argument: str) -> bool:
        """True if the ledger argument, an id or (unconfirmed) a name, means the ledger of the line."""
        name = row.get("LEDGER_NAME")
        if argument in ("", name, row.get("LEDGER_ID")):
            return True
        return self.ids.get(name) == argument if self.setup.knows("ledgers") else bool(name)


def _period(line: Line, books: Books) -> Iterator[str]:
    """Actuals only: budgets and encumbrances follow open years of their own, of which no list tells."""
    if line.row.get("ACTUAL_FLAG") != "A" or not books.setup.knows("open_period"):
        return
    if books.currency(line.ledger) and not books.periods.has(line.ledger):
        yield "EP02"
    elif books.periods.has(line.ledger) and books.periods.name(line.ledger, line.row.get("ACCOUNTING_DATE")) is None:
        yield "EP01"


def _account(line: Line, books: Books) -> Iterator[str]:
    segments = tuple(map(line.row.get, SEGMENTS))
    state = books.accounts.state(segments, line.row.get("ACCOUNTING_DATE")) if any(segments) else "missing"
    if state != "valid":
        yield {"missing": "EF04", "inactive": "EF01"}[state]


def _ledger(line: Line, books: Books) -> Iterator[str]:
    """An id decides nothing: the ids of the emulated pod are its own."""
    if not line.row.get("LEDGER_ID") and not books.setup.allows("ledgers", line.ledger):
        yield "EM03"


def _currency(line: Line, books: Books) -> Iterator[str]:
    get, allows = line.row.get, books.setup.allows
    code, kind, home = get("CURRENCY_CODE"), get("USER_CURRENCY_CONVERSION_TYPE"), books.currency(line.ledger)
    if not allows("currency", code):
        yield "EC08"
    if kind and not allows("rate_type", kind):
        yield "EC11"
    if kind == "User" and not get("CURRENCY_CONVERSION_RATE"):
        yield "EC01"
    if code == "STAT" or code == home:
        if any(get(f"ACCOUNTED_{side}") and _differs(line, side) for side in ("DR", "CR")):
            yield "EC12"
    elif home:
        if kind and not get("CURRENCY_CONVERSION_DATE"):
            yield "EC02"
        if not kind and not get("ACCOUNTED_DR") and not get("ACCOUNTED_CR"):
            yield "EC03"
        if get("ACTUAL_FLAG") == "E":
            yield "EC10"


def _differs(line: Line, side: str) -> bool:
    accounted, entered = (Decimal(line.row.get(f"{kind}_{side}") or 0) for kind in ("ACCOUNTED", "ENTERED"))
    return accounted != entered


def _balance_type(line: Line, books: Books) -> Iterator[str]:
    get = line.row.get
    flag, encumbrance, statistical = get("ACTUAL_FLAG"), get("ENCUMBRANCE_TYPE_ID"), get("CURRENCY_CODE") == "STAT"
    if flag not in ("A", "B", "E"):
        yield "EM04"
    if flag == "A" and encumbrance:
        yield "EM05"
    if flag == "B" and encumbrance:
        yield "EB05"
    if flag == "B" and not get("PERIOD_NAME"):
        yield "EB06"
    if flag == "E" and not encumbrance:
        yield "EE01"
    elif flag == "E" and not books.setup.allows("encumbrance_type", encumbrance):
        yield "EE02"
    if flag == "E" and statistical:
        yield "EE03"
    if statistical and get("STAT_AMOUNT"):
        yield "EM07"


def _other(line: Line, books: Books) -> Iterator[str]:
    get = line.row.get
    if not books.setup.allows("je_category", get("USER_JE_CATEGORY_NAME")):
        yield "EM01"
    if get("AVERAGE_JOURNAL_FLAG") not in ("", "Y", "N"):
        yield "EM25"
    if get("REFERENCE7") == "Y" and not get("REFERENCE8"):
        yield "ER01"


_TESTS: tuple[Callable[[Line, Books], Iterator[str]], ...] = (
    _period, _account, _ledger, _currency, _balance_type, _other,
)  # fmt: skip


def codes(line: Line, books: Books) -> Iterator[str]:
    """Yield the codes of a line by itself."""
    for test in _TESTS:
        yield from test(line, books)

"""What harness.toml says of an interface under test: how its payload comes, how its source looks, what must agree."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sequence(_Strict):
    """Numbers from 1 behind a prefix, with leading zeros."""

    sequence: str
    width: int = Field(default=6, ge=1, le=18)


class FromList(_Strict):
    """A row of one of the contract's reference lists; columns of one list and ``where`` take the same row."""

    list: str
    write: str  # "{fund}-{purpose}": columns of the list
    where: dict[str, str] = {}  # column of the list -> the only text taken, "" = blank


class Amount(_Strict):
    """A number between two, both taken."""

    amount: tuple[Decimal, Decimal]
    scale: int = Field(default=2, ge=0, le=10)

    @property
    def bounds(self) -> tuple[int, int]:
        """Smallest and largest in units of the last decimal."""
        low, high = (int(bound.scaleb(self.scale)) for bound in self.amount)
        return low, high

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.bounds[0] > self.bounds[1]:
            raise ValueError("the smallest comes first")
        return self


class Dated(_Strict):
    """A day between two, both taken, written by an Oracle mask."""

    date: tuple[dt.date, dt.date]
    format: str = Field(default="YYYY-MM-DD", pattern=r"^(YYYY|MM|DD|[-/. ])+$")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.date[0] > self.date[1]:
            raise ValueError("the first day comes first")
        return self


class Text(_Strict):
    """Words of so many characters, some of them texts that hurt: quotes, commas, line feeds, zeros, other scripts."""

    text: tuple[int, int]  # shortest, longest
    hurting: float = Field(default=0.2, ge=0, le=1)  # share of texts that hurt


class OneOf(_Strict):
    """One of some words."""

    one_of: tuple[str, ...] = Field(min_length=1)


class Side(_Strict):
    """The marks of debit and credit. With such a column the amounts of both sides agree in every document."""

    side: tuple[str, str]


_KINDS = ("sequence", "list", "amount", "date", "text", "one_of", "side")


def _kind(value: Any) -> str | None:
    """The key that tells a column's kind; None where there is none, or more than one."""
    if not isinstance(value, dict):
        return type(value).__name__
    named = [kind for kind in _KINDS if kind in value]
    return named[0] if len(named) == 1 else None


SourceColumn = Annotated[
    Annotated[Sequence, Tag("sequence")] | Annotated[FromList, Tag("list")] | Annotated[Amount, Tag("amount")]
    | Annotated[Dated, Tag("date")] | Annotated[Text, Tag("text")] | Annotated[OneOf, Tag("one_of")]
    | Annotated[Side, Tag("side")],
    Discriminator(
        _kind, custom_error_type="kind", custom_error_message=f"a column has exactly one of {', '.join(_KINDS)}"
    ),
]  # fmt: skip


class Source(_Strict):
    """Source records: a delimited file with a header line, in documents of some lines."""

    columns: dict[str, SourceColumn] = Field(min_length=1)
    document: tuple[str, ...] = ()  # columns that all lines of a document share; none: each record stands alone
    lines: tuple[int, int] = (1, 1)  # of a document: fewest, most
    delimiter: str = Field(default=",", min_length=1, max_length=1)

    def of_kind(self, kind: type[_Strict]) -> list[str]:
        """Names of the columns of a kind."""
        return [name for name, column in self.columns.items() if isinstance(column, kind)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if unknown := [name for name in self.document if name not in self.columns]:
            raise ValueError(f"document names no column: {', '.join(unknown)}")
        if not 1 <= self.lines[0] <= self.lines[1] or (self.lines[1] > 1 and not self.document):
            raise ValueError("lines = [fewest, most] from 1, with `document` saying what they share")
        if self.of_kind(Side):
            self._can_balance()
        return self

    def _can_balance(self) -> None:
        amounts = [column for column in self.columns.values() if isinstance(column, Amount)]
        if len(amounts) != 1 or len(self.of_kind(Side)) != 1 or self.lines[0] < 2:
            raise ValueError("documents with a side have one such column, one amount, and two lines or more")
        if set(self.document) & {*self.of_kind(Side), *self.of_kind(Amount)}:
            raise ValueError("side and amount differ from line to line: take them out of `document`")
        low, high = amounts[0].bounds
        if low < 1 or high < low * (self.lines[1] - 1):
            raise ValueError("amounts of two sides begin above zero, and one line can hold what all others hold")


class Figure(_Strict):
    """An amount as both sides state it: aggregates of the condition language."""

    source: str
    payload: str


class Control(_Strict):
    """What source and payload must agree on for each key: the number of records, and amounts."""

    key: dict[str, str] = {}  # source column -> payload column; none: the file as a whole
    file: str = ""  # of the contract; may be left out where it has one
    count: bool = True
    amounts: dict[str, Figure] = {}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.count and not self.amounts:
            raise ValueError("a control compares the count or amounts")
        return self


class Producer(_Strict):
    """One interface under test: exactly one of ``command``, ``folder`` and ``query``."""

    command: str = ""  # with {source} and {payload}; `python` is the interpreter that runs the harness
    timeout_seconds: float = Field(default=300, gt=0)
    payload: str = Field(default="payload.zip", pattern=r"^[^/\\]+$")  # name of the file that the command writes
    folder: str = ""  # where payloads appear, relative to the workspace; the newest counts
    glob: str = "*"
    query: str = ""  # its rows are the records of one file, its columns named as the contract's
    url_variable: str = Field(default="", pattern=r"^(?:[A-Za-z_][A-Za-z0-9_]*)?$")  # holds the SQLAlchemy URL
    file: str = ""  # that the query fills; may be left out where the contract has one
    contract: str = ""  # default: the one of the register
    source: Source | None = None
    control: tuple[Control, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(map(bool, (self.command, self.folder, self.query))) != 1:
            raise ValueError("say exactly one of command, folder, query")
        if self.command and not all(name in self.command for name in ("{source}", "{payload}")):
            raise ValueError("the command names {source} and {payload}")
        if self.query and not self.url_variable:
            raise ValueError("a query needs url_variable: the name of the variable that holds the database's URL")
        return self

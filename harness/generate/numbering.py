"""Numbered identifiers: what the identifiers of a block become in each of a million copies, without meeting another's.

Every identifier of a payload gets a number of its own, of one width for the whole payload, as the end of its text. So
two new identifiers are equal only where they are the same identifier of the same copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from contracts import Contract, Rule
from harness.generate.drafts import Records
from harness.generate.keys import identifiers, known_in_pod
from harness.generate.values import TOKENS, Domain

Integers = npt.NDArray[np.int64]
Place = tuple[str, str]  # file, column

_PERSON = re.compile(r"\d{3}(-?)\d\d\1\d{4}")
_COMPANY = re.compile(r"\d\d-\d{7}")
_GROUPS, _SERIALS = 40, 9999
_DIGITS = 7  # of the number in a taxpayer id: there are 100 areas x 40 groups x 9999 serials


@dataclass(frozen=True)
class Name:
    """What becomes of one identifier: its number follows ``prefix``, or is spread over a social security number.

    Its area is 900 or above and its group 10 to 49: no number of a person, a taxpayer or a bank begins so.
    """

    prefix: str
    person: str | None = None  # what stands between area, group and serial


@dataclass(frozen=True)
class Numbering:
    """How the identifiers of a contract's payload are numbered."""

    places: frozenset[Place]
    domains: Mapping[str, Mapping[str, Domain]]
    keep: frozenset[str]  # values that name something in the pod
    width: int  # digits of a number
    taken: Integers  # numbers at the end of which something else would be met, ascending

    def texts(self, records: Records) -> dict[str, list[Domain]]:
        """Return the identifiers of some records in order of appearance, with the domains of all their places."""
        found: dict[str, list[Domain]] = {}
        for file, rows in records.items():
            for row in rows:
                for name, text in row.items():
                    if text and (file, name) in self.places and text not in TOKENS:
                        found.setdefault(text, []).append(self.domains[file][name])
        return found

    def names(self, records: Records, keep: frozenset[str] = frozenset()) -> dict[str, Name]:
        """Return what becomes of each identifier. Left out: what has to be kept, is wrong as it is, or has no room."""
        return {
            text: name
            for text, domains in self.texts(records).items()
            if text not in self.keep | keep and all(domain.fits(text) for domain in domains)
            for name in [next(self._fitting(text, domains), None)]
            if name is not None
        }

    def numbers(self, ordinals: Integers) -> Integers:
        """Return the number of the first, second, ... identifier: whole numbers from 0 that are not taken."""
        if not len(self.taken):
            return ordinals
        return ordinals + np.searchsorted(self.taken - np.arange(len(self.taken)), ordinals, side="right")

    def _fitting(self, text: str, domains: list[Domain]) -> Iterator[Name]:
        sensitive = any(domain.column.personal_data == "sensitive" for domain in domains)
        for name in self._void(text) if sensitive else map(Name, self._prefixes(text)):
            if all(domain.fits(self._sample(name, digit)) for domain in domains for digit in "19"):
                yield name

    def _sample(self, name: Name, digit: str) -> str:
        if name.person is None:
            return name.prefix + digit * self.width
        return name.person.join(("9" + digit * 2, "1" + digit, digit * 4))

    def _prefixes(self, text: str) -> Iterator[str]:
        """What may stand before the number: as much of the text as goes, its first digit that says whether 0 leads."""
        run = re.search(r"\d*$", text)
        digits = run[0] if run else ""
        stem = text[: len(text) - len(digits)]
        if digits:
            yield stem + (digits[: -self.width] if len(digits) >= self.width else digits[0])
            yield stem + digits[: -self.width]
        else:
            yield f"{text}-"
        yield text[: -self.width]

    def _void(self, text: str) -> Iterator[Name]:
        """Names from the ranges that ``texts.nobodys`` knows."""
        person = _PERSON.fullmatch(text)
        if person and self.width <= _DIGITS:
            yield Name("", person[1])
        if _COMPANY.fullmatch(text):
            yield Name("89-" + "0" * (_DIGITS - self.width))
        yield Name("VOID-")


def numbering(
    contract: Contract, domains: Mapping[str, Mapping[str, Domain]], blocks: Iterable[Records], records: int
) -> Numbering:
    """Return a numbering with room for so many records made of copies of these blocks."""
    keep = known_in_pod(contract)
    plain = Numbering(_places(contract, domains), domains, keep, 1, np.empty(0, np.int64))
    densest = max(
        (len(plain.texts(one)) / sum(map(len, one.values())) for one in blocks if any(one.values())), default=0
    )
    elsewhere = keep | _unwanted(contract)
    width = len(str(int(records * densest) + len(elsewhere) + 1))
    ends = {text[-width:] for text in elsewhere if len(text) >= width}
    taken = np.array(sorted({int(end) for end in ends if re.fullmatch(r"[0-9]+", end)}), np.int64)
    return Numbering(plain.places, domains, keep, width, taken)


def spelled(numbers: Integers, prefix: pl.Series, person: pl.Series, numbering: Numbering) -> pl.Series:
    """Return the identifiers of these numbers; null where there is no prefix."""
    width = numbering.width
    digits = pl.Series("digits", numbers + 10**width).cast(pl.String).str.slice(1)
    frame = pl.DataFrame([digits, prefix.alias("prefix"), person.alias("person")])
    text: Any = pl.concat_str("prefix", "digits")
    if person.null_count() < person.len():
        number = pl.col("digits").cast(pl.Int64)
        area = (number // (_GROUPS * _SERIALS) + 900).cast(pl.String)
        group = (number // _SERIALS % _GROUPS + 10).cast(pl.String)
        serial = (number % _SERIALS + 1).cast(pl.String).str.zfill(4)
        text = pl.coalesce(pl.concat_str(area, "person", group, "person", serial), text)
    return frame.select(text.alias("text")).to_series()


def _places(contract: Contract, domains: Mapping[str, Mapping[str, Domain]]) -> frozenset[Place]:
    """Columns of identifiers, and free columns of keys of which a rule speaks and which hold no other identifier."""
    found = set(identifiers(contract, domains))
    for rule in contract.rules.values():
        key = {(rule.file, name) for name in _key(rule)}
        if not key & found:
            found |= {place for place in key if _free(domains[place[0]].get(place[1]))}
    return frozenset(found)


def _key(rule: Rule) -> Iterable[str]:
    """Columns whose equal values a rule takes for the same thing: in every copy it has to be another."""
    names = rule.spec["unique"] if rule.kind == "unique" else rule.spec["group_by"] if rule.kind == "group" else ()
    return () if isinstance(names, str) else names


def _free(domain: Domain | None) -> bool:
    return domain is not None and domain.options is None and domain.column.type.kind in ("text", "integer", "number")


def _unwanted(contract: Contract) -> frozenset[str]:
    """Values of the lists on which a payload's records must not stand."""
    frames = [
        contract.lists[rule.spec["list"]].rows
        for rule in contract.rules.values()
        if rule.kind == "in_list" and rule.spec.get("absent")
    ]
    return frozenset(
        text for frame in frames if frame is not None for column in frame.iter_columns() for text in column.drop_nulls()
    )

"""What a draft guesses, and asks about: keys, parents, personal data, short names, the prefix."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, combinations
from string import ascii_uppercase

_KEYS = (re.compile(r"(?:^|_)(?:NUMBER|NUM|NO|KEY|ID)$"), re.compile(r"(?:^|_)(?:NAME|CODE)$"))
"""Endings of names that tell a key, the surer ones first."""
_LINK = re.compile(r"_(?:ID|KEY|NUM|NUMBER)$")
_PASSING = re.compile(r"BATCH|GROUP_ID|REQUEST|SOURCE|LANGUAGE|CURRENCY|STATUS|ACTION|TYPE")
"""Names of what changes from file to file, or says what sort of record it is: no key by itself."""
_PERSONAL = re.compile(
    r"E_?MAIL|PHONE|SSN|TAXPAYER|NATIONAL_ID|BIRTH|GENDER|ETHNIC|(?:FIRST|LAST|MIDDLE|MAIDEN|FULL|EMPLOYEE|PERSON)_NAME"
    r"|BANK_ACC|IBAN|PASSPORT|ADDRESS_LINE|SALARY"
)
_MOST = 4  # columns of a key
_LETTERS = range(2, 7)  # of a prefix


def words_of(name: str) -> str:
    """Return a name as UPPER_SNAKE: personNumber -> PERSON_NUMBER."""
    return re.sub(r"[\W_]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).upper().strip("_")


def business_key(names: Sequence[str], required: Sequence[str], local: str = "") -> list[str]:
    """Return the columns that may name a transaction; ``local`` only ties the files of one payload together."""
    asked = [name for name in required or names if name != local and not personal(name)]
    lasting = [name for name in asked if not _PASSING.search(words_of(name))]
    naming = [[name for name in lasting if ending.search(words_of(name))][:1] for ending in _KEYS]
    return next(filter(None, naming), lasting[: _MOST if required else 1]) or [local or names[0]]


def parent_of(names: Sequence[str], earlier: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """Return the last earlier file whose first column is a key that stands here, too, and that key."""
    for file, columns in reversed(list(earlier.items())):
        if columns[0] in names and _LINK.search(words_of(columns[0])):
            return file, columns[0]
    return None


def personal(name: str) -> bool:
    """Return True if a column of this name may hold data about a person."""
    return bool(_PERSONAL.search(words_of(name)))


def file_ids(stems: Sequence[str]) -> list[str]:
    """Return a short name for each file: ApInvoicesInterface -> ap_invoices, Worker/PersonName -> person_name."""
    found: list[str] = []
    for stem in stems:
        words = re.sub(r"[^a-z0-9_]", "", words_of(re.split(r"[/.]", stem)[-1]).lower())
        short = re.sub(r"_(?:interface|int)(?=_|$)|_(?:all|t)$", "", words)
        name = re.sub(r"^[^a-z]+", "", short) or "file"
        taken = [one for one in found if one == name or one.startswith(f"{name}_")]
        found.append(f"{name}_{len(taken) + 1}" if name in found else name)
    return found


def prefix(name: str, taken: Collection[str]) -> str:
    """Return a prefix of two to six capitals made of a contract's name that no other contract has."""
    words = re.findall(r"[A-Z]+", name.upper())
    letters = "".join(words)
    initials = "".join(word[0] for word in words)
    ways: Iterable[str] = chain(  # one after the other: of a long name there are too many
        [initials],
        (word[0] + rest for word in words[:1] for rest in (letters[1:size] for size in _LETTERS)),
        ("".join(way) for size in _LETTERS for way in combinations(letters, size) if way[0] == letters[0]),
        (f"{letters[:1]}{first}{second}X" for first in ascii_uppercase for second in ascii_uppercase),
    )
    return next(way for way in ways if len(way) in _LETTERS and way not in taken)

"""UCM: documents by id, each in an account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_FIRST = 1_047_001
ALIASES = {"fin/journal/import": "fin/generalLedger/import"}
"""Accounts that stand for another one: journals were seen in both."""


@dataclass(frozen=True)
class Document:
    """A file that somebody laid down."""

    id: str
    name: str
    content: bytes
    account: str
    kind: str  # zip, csv, dat
    user: str
    added: float  # seconds since 1970


class Documents:
    """What has been uploaded to the pod, oldest first."""

    def __init__(self) -> None:
        self._kept: dict[str, Document] = {}
        self._next = _FIRST

    def add(self, name: str, content: bytes, *, account: str, kind: str, user: str, added: float, id_: str = "") -> str:
        """Keep a file; return its id, the next number unless one is given."""
        if not id_:
            id_, self._next = str(self._next), self._next + 1
        self._kept[id_] = Document(id_, name, content, account, kind, user, added)
        return id_

    def get(self, id_: str) -> Document | None:
        """The document, None if there is none."""
        return self._kept.get(id_)

    def named(self, prefix: str, account: str = "") -> Iterator[Document]:
        """Documents whose name begins so, of one account if it is given."""
        for document in self._kept.values():
            if document.name.startswith(prefix) and (not account or plain(account) == plain(document.account)):
                yield document


def plain(account: str) -> str:
    """An account in one spelling: ``fin$/payables$/import$`` is ``fin/payables/import``."""
    spelled = account.replace("$", "").strip("/")
    return ALIASES.get(spelled, spelled)

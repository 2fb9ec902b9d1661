"""The top rows of a tab: which of them holds technical names, types, labels, told by what their cells look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.drafting.oracle_types import oracle_type

TECHNICAL = re.compile(r"[A-Z][A-Z0-9$#]*(?:_[A-Z0-9$#]+)*_?")
REQUIRED = {
    **dict.fromkeys(("required", "mandatory", "yes", "y", "not null", "true"), "Y"),
    **dict.fromkeys(("conditional", "conditionally required", "conditionally mandatory", "c"), "C"),
    **dict.fromkeys(("optional", "not required", "no", "n", "null", "false"), ""),
}
_TAGS = {
    "label": re.compile(r"(?:(?:column|field|attribute|display|user) )?(?:name|label|heading)s?", re.I),
    "description": re.compile(r"(?:\w+ )?(?:descriptions?|comments?)", re.I),
    "type": re.compile(r"(?:data ?)?types?(?: .*)?", re.I),
    "required": re.compile(r"(?:required|mandatory)(?: .*)?", re.I),
    "technical": re.compile(r"(?:column|technical|database)[\w ]* (?:name|column)s?(?: .*)?|.*\btable .*", re.I),
}  # fmt: skip
_MOST = 0.6  # share of a row's cells that must look alike
_FEWEST = 2  # headings of a tab


@dataclass
class Grid:
    """The top rows of a tab, and what they look like."""

    rows: list[list[str]]

    def __post_init__(self) -> None:
        tags = {kind for row in self.rows if row for kind, words in _TAGS.items() if words.fullmatch(row[0])}
        self.first, self.widest = 0, 0
        names = self.technical()
        tagged = len(tags) > 1 and (names is None or not is_technical(self.rows[names][0]))
        self.first = 1 if tagged else 0  # a column of tags says what the rows are
        self.tags = {
            kind: number for kind, words in _TAGS.items() for number, row in reversed(list(enumerate(self.rows)))
            if self.first and row and words.fullmatch(row[0]) and any(row[1:])
        }  # fmt: skip
        self.widest = max((len(self.filled(number)) for number in range(len(self.rows))), default=0)

    def filled(self, number: int) -> list[str]:
        """Cells of a row that hold something, its tag aside."""
        return [text for text in self.rows[number][self.first :] if text]

    def technical(self) -> int | None:
        """The row of technical names: most of its cells are UPPER_SNAKE, hardly one stands twice."""
        scores = {number: self._technical_score(number) for number in range(len(self.rows))}
        best = max(scores, key=lambda number: scores[number], default=None)
        return best if best is not None and scores[best] else None

    def _technical_score(self, number: int) -> int:
        cells = self.filled(number)
        hits = [text for text in cells if is_technical(text)]
        alike = len(hits) >= max(_FEWEST, _MOST * len(cells), _MOST * self.widest)
        return len(set(hits)) if alike and len(set(hits)) >= 0.8 * len(hits) and any("_" in one for one in hits) else 0

    def row_of(self, kind: str, test: Callable[[str], bool], besides: Sequence[int | None]) -> int | None:
        """The row tagged as ``kind``, else the first one most of whose cells pass the test and reach over the names."""
        if kind in self.tags and self.tags[kind] not in besides:
            return self.tags[kind]
        for number in range(len(self.rows)):
            cells = self.filled(number)
            hits = sum(map(test, cells))
            if number not in besides and hits >= max(_FEWEST, _MOST * len(cells), 0.5 * self.widest):
                return number
        return None

    def labels(self, technical: int, besides: Sequence[int | None]) -> int | None:
        """The row of labels of a rich tab: tagged, or starred, or the one above the names with the shortest texts."""
        if self.tags.get("label", technical) not in (technical, *besides):
            return self.tags["label"]
        last = max(number for number in (technical, *besides) if number is not None)
        wide = [
            number for number in range(len(self.rows))
            if number not in (technical, *besides) and len(self.filled(number)) >= _MOST * len(self.filled(technical))
        ]  # fmt: skip
        starred = [number for number in wide if any("*" in text for text in self.filled(number))]
        above = [number for number in wide if number < last]
        return min(starred or above, key=lambda number: len("".join(self.filled(number))), default=None)

    def starred(self) -> int | None:
        """The row of labels of a thin tab: the one with most cells of those in which some have a star."""
        found = {
            number: len(self.filled(number)) for number in range(len(self.rows))
            if any(stars(text) for text in self.filled(number)) and len(self.filled(number)) >= _FEWEST
        }  # fmt: skip
        return max(found, key=lambda number: found[number], default=None)


def is_technical(text: str) -> bool:
    """Return True for a name such as INVOICE_ID or SEGMENT1, and False for a type or a word that says yes or no."""
    return bool(TECHNICAL.fullmatch(text)) and oracle_type(text) is None and text.lower() not in REQUIRED


def stars(text: str) -> int:
    """Stars that mark a label: before or behind it, not those of a sentence."""
    bare = text.strip()
    return max(len(bare) - len(bare.lstrip("*")), len(bare) - len(bare.rstrip("*"))) if bare.strip("* ") else 0

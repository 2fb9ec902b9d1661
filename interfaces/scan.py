"""The byte scan: where records begin, how many fields they have, on which physical line they stand.

One bit per byte: the offsets of a character are kept as a bitmap of 64-bit words, so that everything behind the
comparison itself works on an eighth of the bytes, and the state "inside quotes" is a prefix XOR over the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from interfaces.quoting import Syntax, mend

Words = NDArray[np.uint64]
Offsets = NDArray[np.int64]
Flags = NDArray[np.bool_]

BLOCK = 16 * 1024**2
"""Bytes scanned and parsed at a time; a block is cut behind its last whole record."""

WRONG_BYTES = "its bytes are no valid text in the file's encoding, or it holds a NUL byte"
_MARK = "�".encode()
_BLANK = 0x20  # blanks, tabs and line ends have no higher code


@dataclass(frozen=True)
class Block:
    """Whole records. Arrays hold one item per record, blank lines left out."""

    text: bytes  # regular quotes, valid UTF-8
    kept: Flags  # per line of the text, embedded line feeds aside: False = a blank line, no record
    widths: Offsets  # fields of the record
    lines: Offsets  # line feeds before the record, from the start of the data
    broken: Offsets  # ordinals of records that go on behind a line feed, which stands inside quotes
    ends: Flags  # the last field is the literal END
    values: int  # fields of all records that hold something
    empties: bool  # some field is quoted and empty
    returns: bool  # some carriage return stands outside quotes and ends no line
    whites: bool  # some field may be nothing but blanks and tabs
    faults: dict[int, str] = field(default_factory=dict)  # ordinal of a record that cannot be split, and why
    wrong: Offsets = field(default_factory=lambda: np.zeros(0, np.int64))  # ordinals of records with wrong bytes


def blocks(data: bytes, syntax: Syntax, at: int = 0, lines: int = 0, recoded: bool = False) -> Iterator[Block]:
    """Yield the records of UTF-8 ``data`` from offset ``at`` (physical line ``lines``, from 0) on, in order.

    ``recoded``: the data came from another encoding, and U+FFFD stands where that failed. A NUL byte and bytes that are
    no UTF-8 become U+FFFD. Values of records that are longer than the syntax allows are cut, see ``quoting``.
    """
    ask = size = BLOCK
    while at < len(data):
        text, final = data[at : at + ask], at + ask >= len(data)
        marks = Marks(text, syntax)
        end = len(text) if final else marks.last_end()
        faults: dict[int, str] = {}
        if marks.irregular(final) or marks.overlong(end, syntax.longest) or (not end and ask > syntax.longest):
            text, at, faults = mend(data, at, at + size, syntax)
            marks = Marks(text, syntax)
        elif not end:  # a record longer than the block
            ask *= 2
            continue
        else:
            text, at = text[:end], at + end
        block = _block(text, syntax, marks, lines, faults, recoded)
        lines += int(_rank(marks.newlines, np.array([len(text)]))[0])
        ask = size
        yield block


def _block(text: bytes, syntax: Syntax, marks: Marks, lines: int, faults: dict[int, str], recoded: bool) -> Block:
    sound, wrong = _decodable(text, recoded)
    if sound is not text:
        marks = Marks(sound, syntax)
    stops = marks.record_stops(len(sound))
    starts = np.concatenate((np.zeros(1, np.int64), stops[:-1] + 1))
    codes = np.frombuffer(sound, np.uint8)
    ends = stops - (codes[np.maximum(stops - 1, 0)] == 13) * (stops > starts)
    kept = ends > starts
    begun = starts[kept]
    places = np.array(wrong, np.int64)
    first, empty = marks.filled(len(sound)), marks.quoted_empty()
    return Block(
        text=sound,
        kept=kept,
        widths=(_rank(marks.delimiters, stops) - _rank(marks.delimiters, starts) + 1)[kept],
        lines=lines + _rank(marks.newlines, begun),
        broken=marks.broken(begun, stops[kept]),
        ends=_end_marker(codes, begun, ends[kept], syntax),
        values=_count(first & ~empty),
        empties=bool(empty.any()),
        returns=marks.bare_returns(),
        whites=marks.leading_blank(first),
        faults=faults,
        wrong=np.unique(np.searchsorted(begun, places, side="right") - 1),
    )


def _decodable(text: bytes, recoded: bool) -> tuple[bytes, list[int]]:
    """The text with U+FFFD for wrong bytes and NUL, and where such stand (only if there are any)."""
    sound = text.replace(b"\0", _MARK) if b"\0" in text else text
    if not sound.isascii():
        try:
            sound.decode()
        except UnicodeDecodeError:
            sound = sound.decode(errors="replace").encode()
    return sound, _marked(sound) if recoded or sound is not text else []


def _marked(text: bytes) -> list[int]:
    places: list[int] = []
    at = text.find(_MARK)
    while at >= 0:
        places.append(at)
        at = text.find(_MARK, at + 1)
    return places


def _end_marker(codes: NDArray[np.uint8], starts: Offsets, ends: Offsets, syntax: Syntax) -> Flags:
    """Which records end with a field that is END, bare or quoted."""
    found = np.zeros(len(starts), np.bool_)
    for literal in {b"END", syntax.quote + b"END" + syntax.quote}:
        first = ends - len(literal)
        hit = first >= starts
        for offset, code in enumerate(literal):
            hit[hit] = codes[first[hit] + offset] == code
        alone = first == starts
        hit &= alone | (codes[np.maximum(first - 1, 0)] == syntax.delimiter[0])
        found |= hit
    return found


class Marks:
    """Bitmaps of the characters that matter in a text that begins with a record."""

    def __init__(self, text: bytes, syntax: Syntax) -> None:
        codes = np.frombuffer(text, np.uint8)
        self.size = len(text)
        self.codes = codes
        self.newlines = _bits(codes == 10)
        self.delimiters = _bits(codes == syntax.delimiter[0])
        self.stops = self.newlines
        self.quotes: Words | None = None
        if syntax.quote and syntax.quote in text:
            self.quotes = _bits(codes == syntax.quote[0])
            self.inside = _prefix_xor(self.quotes)
            self.delimiters = self.delimiters & ~self.inside
            self.stops = self.newlines & ~self.inside
        self.returns = _bits(codes == 13) if b"\r" in text else np.zeros_like(self.stops)
        self.line_ends = self.stops | (self.returns & _next(self.stops | _end(self.size)))

    def irregular(self, final: bool) -> bool:
        """True if some quote stands elsewhere than around or doubled within a field, or is never closed."""
        if self.quotes is None:
            return False
        opening, closing = self.quotes & self.inside, self.quotes & ~self.inside
        before = _previous(self.delimiters | self.stops | closing)
        before[0] |= np.uint64(1)
        # What follows the text is its end, or not yet known.
        after = _next(self.delimiters | self.line_ends | self.quotes | _end(self.size))
        if ((opening & ~before) | (closing & ~after)).any():
            return True
        return final and bool(self.inside[(self.size - 1) >> 6] & _bit(self.size - 1))

    def last_end(self) -> int:
        """Offset behind the last line feed that ends a record, 0 if there is none."""
        filled = np.flatnonzero(self.stops != 0)
        return int(filled[-1]) * 64 + int(self.stops[filled[-1]]).bit_length() if len(filled) else 0

    def overlong(self, end: int, longest: int) -> bool:
        """True if some record of the first ``end`` bytes may have more than so many (by words of the bitmap)."""
        words = np.concatenate(([0], np.flatnonzero(self.stops != 0), [end >> 6]))
        return end > longest and bool((np.diff(words[words <= end >> 6]) >= longest >> 6).any())

    def record_stops(self, size: int) -> Offsets:
        """Offsets of the line feeds that end the records of the first ``size`` bytes, or of the end of the text."""
        stops = _positions(self.stops)
        stops = stops[: np.searchsorted(stops, size)]
        whole = len(stops) > 0 and stops[-1] == size - 1
        return stops if whole else np.append(stops, size)

    def broken(self, starts: Offsets, stops: Offsets) -> Offsets:
        """Ordinals of the records, given by where they start and stop, that hold a line feed."""
        inside = self.newlines ^ self.stops
        if not inside.any():
            return np.zeros(0, np.int64)
        return np.flatnonzero(_rank(inside, stops) > _rank(inside, starts))

    def filled(self, size: int) -> Words:
        """First byte of every field of the first ``size`` bytes that has one."""
        first = _previous(self.delimiters | self.stops)
        first[0] |= np.uint64(1)
        first &= ~(self.delimiters | self.line_ends)
        first[(size >> 6) + 1 :] = 0
        first[size >> 6] &= _bit(size) - np.uint64(1)
        return first

    def quoted_empty(self) -> Words:
        """The opening quote of every field that is quoted and empty."""
        if self.quotes is None:
            return np.zeros_like(self.stops)
        closed = ~self.inside & _next(self.delimiters | self.line_ends | _end(self.size))
        return self.quotes & self.inside & _next(self.quotes & closed)

    def bare_returns(self) -> bool:
        """True if some carriage return outside quotes ends no line."""
        bare = self.returns & ~self.line_ends
        return bool((bare if self.quotes is None else bare & ~self.inside).any())

    def leading_blank(self, first: Words) -> bool:
        """True if some field begins with a blank: it may hold nothing else."""
        inside = first if self.quotes is None else first | _previous(first & self.quotes)
        return bool((inside & _bits(self.codes <= _BLANK)).any())


def _bits(flags: Flags) -> Words:
    words = np.zeros(len(flags) // 64 + 1, np.uint64)  # at least one spare bit behind the text
    packed = np.packbits(flags, bitorder="little")
    words.view(np.uint8)[: len(packed)] = packed
    return words.astype("<u8", copy=False)


def _bit(offset: int) -> np.uint64:
    return np.uint64(1 << (offset & 63))


def _end(size: int) -> Words:
    """A bitmap with one bit, behind the last of ``size`` bytes."""
    words = np.zeros(size // 64 + 1, np.uint64)
    words[-1] = _bit(size)
    return words


def _count(words: Words) -> int:
    return int(np.bitwise_count(words).sum())


def _previous(words: Words) -> Words:
    """Bit i = bit i-1 of ``words``."""
    moved = words << np.uint64(1)
    moved[1:] |= words[:-1] >> np.uint64(63)
    return moved


def _next(words: Words) -> Words:
    """Bit i = bit i+1 of ``words``."""
    moved = words >> np.uint64(1)
    moved[:-1] |= words[1:] << np.uint64(63)
    return moved


def _prefix_xor(words: Words) -> Words:
    """Bit i = parity of the bits 0..i of ``words``: 1 from an opening quote up to before the closing one."""
    parity = words.copy()
    for step in (1, 2, 4, 8, 16, 32):
        parity ^= parity << np.uint64(step)
    carried = np.bitwise_xor.accumulate(parity >> np.uint64(63))
    parity[1:] ^= np.uint64(0) - carried[:-1]
    return parity


def _positions(words: Words) -> Offsets:
    filled = np.flatnonzero(words != 0)
    bits = np.flatnonzero(np.unpackbits(words[filled].view(np.uint8), bitorder="little").view(np.bool_))
    offsets: Offsets = (filled[bits >> 6] << 6) | (bits & 63)
    return offsets


def _rank(words: Words, offsets: Offsets) -> Offsets:
    """How many bits stand before each offset."""
    counts = np.zeros(len(words) + 1, np.int64)
    np.cumsum(np.bitwise_count(words), out=counts[1:])
    word = offsets >> 6
    below = (np.uint64(1) << (offsets & 63).astype(np.uint64)) - np.uint64(1)
    ranks: Offsets = counts[word] + np.bitwise_count(words[word] & below)
    return ranks

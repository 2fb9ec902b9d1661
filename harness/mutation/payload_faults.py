"""Seeded faults: accidents planted in valid payloads, and how many of them a contract notices."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from contracts import Contract, ContractError, Score
from harness.checking import check
from harness.generate import Composer
from harness.mutation.operators import CATALOGUE
from harness.mutation.spots import Grain, Operator, Spot
from interfaces import Payload, PayloadError, Records, read, write

PER_OPERATOR = 3
"""Faults of one operator in one contract unless another number is asked for."""

COMPOSED = 20
"""Payloads composed from the contract, in which faults are planted besides its examples."""


def seeded_faults(
    contract: Contract,
    *,
    seed: int = 0,
    per_operator: int = PER_OPERATOR,
    payloads: Sequence[Records] | None = None,
    operators: Sequence[Operator] = CATALOGUE,
) -> list[Score]:
    """Return how many faults of every operator the contract notices, in the order of ``operators``.

    Faults are planted one at a time, at most ``per_operator`` of each operator, in ``payloads`` (default: the
    contract's valid examples and ``COMPOSED`` payloads composed from them), spread over files and columns. Counted is
    a fault that changes what the reader sees, and that no operator before has planted; an operator that finds nothing
    to work on has no score. Caught is a fault that gives a finding of any severity which the payload did not give
    before. ``missed`` holds one text per missed fault and no value of a payload; ``explained`` counts those that no
    contract can catch. The same seed plants the same faults. A contract without a valid example has no scores. Raises
    PayloadError for a channel that cannot be written and read.
    """
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(contract, Path(folder) / "payload.zip")
        sound = _composed(contract, seed) if payloads is None else payloads
        originals = [_Original(bench, records) for records in sound]
        planted: set[bytes] = set()
        scores = [_score(operator, originals, contract, seed, per_operator, planted) for operator in operators]
    return [score for score in scores if score.total]


def _composed(contract: Contract, seed: int) -> list[Records]:
    """The contract's valid examples, and payloads composed from them; none without an example."""
    try:
        composer = Composer(contract)
    except ContractError:
        return []
    random = Random(f"{seed} {contract.id}")  # noqa: S311 - the same payloads every time
    return [*composer.seeds.values(), *(composer.compose(random) for _ in range(COMPOSED))]


@dataclass(frozen=True)
class _Bench:
    """Where payloads are written, read and checked."""

    contract: Contract
    path: Path

    def written(self, records: Records) -> bytes:
        write(self.path, self.contract, records)
        return self.path.read_bytes()

    def read(self, archive: bytes) -> Payload:
        self.path.write_bytes(archive)
        return read(self.path, self.contract)

    def counts(self, payload: Payload) -> dict[str, int]:
        """Findings per rule."""
        return {rule.id: rule.findings for rule in check(payload, self.contract, sample=0).rules}


@dataclass(frozen=True)
class _Place:
    """Where a spot is, cheap enough to be made for every value of a payload."""

    payload: int
    file: str
    row: int = 0
    column: str = ""


@dataclass(frozen=True)
class _Original:
    """A valid payload in all its forms, each made when it is needed."""

    bench: _Bench
    records: Records

    @cached_property
    def archive(self) -> bytes:
        return self.bench.written(self.records)

    @cached_property
    def read(self) -> Payload:
        return self.bench.read(self.archive)

    @cached_property
    def seen(self) -> Any:
        return _seen(self.read)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        return self.bench.counts(self.read)

    def spot(self, place: _Place, random: Random) -> Spot:
        file = self.bench.contract.files[place.file]
        column = file.columns[place.column] if place.column else None
        return Spot(self.bench.contract, self.records, self.archive, file, random, place.row, column)

    def planted(self, operator: Operator, spot: Spot) -> bytes | None:
        """The faulty archive; None if there is nothing to work on, or the fault cannot be written."""
        fault = operator.plant(spot)
        if fault is None or isinstance(fault, bytes):
            return fault
        try:
            return None if fault == self.records else self.bench.written(fault)
        except PayloadError:
            return None

    def noticed(self, archive: bytes) -> bool | None:
        """True if the faulty archive gives a new finding; None if nothing that is read has changed."""
        payload = self.bench.read(archive)
        if _seen(payload) == self.seen:
            return None
        return any(found > self.counts.get(rule, 0) for rule, found in self.bench.counts(payload).items())


def _seen(payload: Payload) -> Any:
    """What the reader makes of a payload, comparable: records, facts, members; not on which line a record stands."""
    frames = {name: frame.drop("_line").to_dict(as_series=False) for name, frame in payload.frames.items()}
    facts = [
        (fact.rule, fact.detail, fact.member, None if fact.rows is None else fact.rows.to_list())
        for fact in payload.facts
    ]
    return frames, facts, list(payload.members)


def _score(
    operator: Operator,
    originals: Sequence[_Original],
    contract: Contract,
    seed: int,
    most: int,
    planted: set[bytes],
) -> Score:
    """The score of one operator; ``planted`` holds every faulty archive so far, so that each fault counts once."""
    random = Random(f"{seed} {contract.id} {operator.name}")  # noqa: S311 - the same faults every time
    verdicts: list[tuple[Spot, bool]] = []
    for place in _spread(_places(operator.grain, originals), random):
        if len(verdicts) == most:
            break
        original = originals[place.payload]
        spot = original.spot(place, random)
        archive = original.planted(operator, spot)
        if archive is None or archive in planted:
            continue
        planted.add(archive)
        noticed = original.noticed(archive)
        if noticed is not None:
            verdicts.append((spot, noticed))
    missed = [spot for spot, noticed in verdicts if not noticed]
    return Score(
        contract=contract.id,
        version=contract.version,
        profile=contract.profile,
        kind="seeded_faults",
        operator=operator.name,
        caught=len(verdicts) - len(missed),
        total=len(verdicts),
        missed=tuple(sorted(_told(operator, spot) for spot in missed)),
        explained=sum(bool(operator.excuse(spot)) for spot in missed),
    )


def _told(operator: Operator, spot: Spot) -> str:
    excuse = operator.excuse(spot)
    if excuse:
        return f"no contract can tell: {operator.name} in {spot.place}: {excuse}"
    unbound = f": not bound: {', '.join(spot.unbound)}" if spot.unbound else ""
    return f"no rule notices: {operator.name} in {spot.place}{unbound}"


def _places(grain: Grain, originals: Sequence[_Original]) -> Iterator[_Place]:
    """Every place of every payload, as fine as the operator asks."""
    for number, original in enumerate(originals):
        for name, rows in original.records.items():
            columns = original.bench.contract.files[name].columns
            if grain == "file" and rows:
                yield _Place(number, name)
            elif grain == "record":
                yield from (_Place(number, name, row) for row in range(len(rows)))
            elif grain == "column":
                used = [column for column in columns if any(row.get(column) for row in rows)]
                yield from (_Place(number, name, 0, column) for column in used)
            elif grain == "value":
                for at, row in enumerate(rows):
                    filled = [column for column, value in row.items() if value and column in columns]
                    yield from (_Place(number, name, at, column) for column in filled)


def _spread(found: Iterable[_Place], random: Random) -> list[_Place]:
    """All places in random order, first one of every file and column, then a second one, and so on."""
    places = list(found)
    random.shuffle(places)
    earlier: Counter[tuple[str, str]] = Counter()
    turns = []
    for at, place in enumerate(places):
        turns.append((earlier[place.file, place.column], at))
        earlier[place.file, place.column] += 1
    return [places[at] for _, at in sorted(turns)]

"""One test = promise x contract of the profile. A contract that is added comes in by itself."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from harness import (
    Breakers,
    Composed,
    Composer,
    Contract,
    ContractError,
    UsageError,
    check,
    code_table,
    emulated,
    frames,
    load,
    masked_records,
    read,
    schema,
    setup_of_profile,
    simulate,
    strategy,
    unit_numbers,
    whole,
    write,
    written_ids,
)
from harness.plugin import label, profile_names, profile_of
from test_suites.often import marks
from test_suites.property.damage import Damaged, damaged
from test_suites.property.wires import lost, sent, wires

PROFILES = ("oracle", "nc_district")
Explore = Callable[..., None]
Drawn = st.SearchStrategy[Composed]

STORIES = {
    "p1": "A valid payload passes with no finding",
    "p2": "What breaks a rule is found by it, and nothing else",
    "p3": "What is written is what is read, in every dialect",
    "p4": "Row order, splitting and dialect change no verdict",
    "p5": "A unit's verdict depends on its own rows",
    "p6": "Both engines find the same",
    "p7": "Damaged bytes end in findings",
    "p8": "Masked values are shown nowhere",
    "p9": "The same seed gives the same payload",
    "p10": "The emulator says what the contract predicts",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "identity" in metafunc.fixturenames:
        try:
            rows = [
                (profile, identity)
                for profile in profile_names(metafunc.config, PROFILES)
                for identity in written_ids(profile_of(profile))
            ]
        except ContractError as error:
            raise pytest.UsageError(str(error)) from error
        values = [pytest.param(*row, marks=marks(*row), id="-".join(row)) for row in rows]
        metafunc.parametrize(("profile", "identity"), values)


@cache
def _composer(profile: str, identity: str) -> Composer:
    chosen = profile_of(profile)
    return Composer(load(identity, chosen, sample=chosen.path is None))


@pytest.fixture
def composer(request: pytest.FixtureRequest, profile: str, identity: str) -> Composer:
    """The composer of the contract; the test gets its labels on the way."""
    try:
        found = _composer(profile, identity)
    except ContractError as error:
        pytest.fail(str(error), pytrace=False)
    promise = request.node.originalname.split("_")[1]
    title = f"{promise.upper()} {STORIES[promise]}"
    label(found.contract, title=title, story=STORIES[promise], severity="critical", kind="generated")
    return found


@pytest.fixture
def drawn(composer: Composer) -> Drawn:
    """Valid payloads of the contract."""
    return strategy(composer)


def test_p1_valid_payloads_pass(composer: Composer, drawn: Drawn, explore: Explore) -> None:
    def promise(records: Composed) -> None:
        result = _checked(records, composer.contract)
        told = [f"{rule.id}: {rule.findings} findings" for rule in result.rules if rule.findings]
        assert not told, f"a valid payload breaks {'; '.join(told)}"

    explore(composer.contract, drawn, promise)


def test_p2_a_breaker_is_found_by_its_rule(composer: Composer, explore: Explore) -> None:
    contract, found = composer.contract, Breakers(composer.contract)

    def promise(identity: str) -> None:
        rule = contract.rules[identity]
        broken = found.of(rule)
        if broken is None:
            assert found.missing(rule), f"{identity} has no breaker, and no reason"
            return
        with _folder() as folder:
            result = check(read(broken.write(folder / "payload.zip"), contract), contract, all_findings=True)
        findings = result.findings.select("rule", "row").rows()
        assert identity in (told := {rule for rule, _ in findings}), f"the breaker of {identity} breaks {sorted(told)}"
        assert told == broken.expects, f"the breaker of {identity} breaks {sorted(told)}, not {sorted(broken.expects)}"
        rows = sorted(row for rule, row in findings if rule == identity and row)
        assert rows == list(broken.rows), f"{identity} speaks of records {rows}, not {list(broken.rows)}"

    explore(contract, st.sampled_from(sorted(contract.rules)), promise, written=partial(_breaker, found))


def test_p3_what_is_written_is_read(composer: Composer, drawn: Drawn, explore: Explore) -> None:
    ways = list(wires(composer.contract))

    def promise(records: Composed) -> None:
        with _folder() as folder:
            for wire in ways:
                assert not (found := lost(records, sent(records, wire, folder))), (
                    f"{wire[0]}: lost {', '.join(found[:5])}"
                )

    explore(composer.contract, drawn, promise, share=0.6)


def test_p4_order_splitting_and_dialect_change_no_verdict(composer: Composer, drawn: Drawn, explore: Explore) -> None:
    contract = composer.contract
    ways = list(wires(contract))

    def promise(pair: tuple[Composed, Random]) -> None:
        records, chance = pair
        spoilt = _spoilt(records, composer, chance)
        before = _judged(spoilt, contract)
        shuffled = {
            file: rows if _ordered(contract, file) else chance.sample(rows, len(rows)) for file, rows in spoilt.items()
        }
        assert _judged(shuffled, contract) == before, "another order of the records changes verdicts"
        with _folder() as folder:
            wire = chance.choice(ways)
            assert _verdicts(check(sent(spoilt, wire, folder), wire[1])) == before, f"{wire[0]}: other verdicts"
        for half in _halves(records, contract)[:1]:
            assert _judged(half, contract).keys() <= {(True, "accepted")}, "a part of a valid payload is not valid"

    explore(contract, st.tuples(drawn, st.randoms(use_true_random=False)), promise, written=_first, share=0.4)


def test_p5_a_verdict_depends_on_the_units_own_rows(composer: Composer, drawn: Drawn, explore: Explore) -> None:
    contract = composer.contract

    def promise(pair: tuple[Composed, Random]) -> None:
        records, chance = pair
        spoilt = _spoilt(records, composer, chance)
        together = _checked(spoilt, contract)
        if _beyond(together, contract):
            return  # a rule over the whole file speaks of several units
        alone = Counter[tuple[bool, str]]()
        for unit in _units(spoilt, contract):
            if not whole(contract, unit):
                return  # by itself it is no package
            judged = _checked(unit, contract)
            if _beyond(judged, contract):
                return  # it rests on another unit
            alone += _verdicts(judged)
        assert alone == _verdicts(together), "units judged alone and together differ"

    explore(contract, st.tuples(drawn, st.randoms(use_true_random=False)), promise, written=_first, share=0.4)


def test_p6_engines_agree(composer: Composer, drawn: Drawn, explore: Explore) -> None:
    contract = composer.contract

    def promise(pair: tuple[Composed, Random]) -> None:
        records, chance = pair
        payload = frames(contract, _spoilt(records, composer, chance))
        file = chance.choice(sorted(payload))
        frame, checked = payload[file], schema(contract, file, payload)
        fused, stock = _cases(checked, frame), _cases(pa.DataFrameSchema(checks=_near(checked, frame)), frame)
        differing = sorted(rule for rule, _ in fused ^ stock)
        assert not differing, f"{file}: fused and stock backend differ on {', '.join(dict.fromkeys(differing))}"

    explore(contract, st.tuples(drawn, st.randoms(use_true_random=False)), promise, written=_first, share=0.2)


def test_p7_damaged_bytes_end_in_findings(composer: Composer, drawn: Drawn, explore: Explore) -> None:
    contract = composer.contract

    def promise(found: Damaged) -> None:
        with _folder() as folder:
            try:
                result = check(read(found.write(folder / "payload.zip"), contract), contract)
            except Exception as error:  # whatever comes up is what must not
                raise AssertionError(f"{type(error).__name__} instead of findings") from error
        assert result.units.height, "a payload without any unit"
        assert result.findings.height == 0 or any(rule.findings for rule in result.rules)

    pairs = st.tuples(drawn, st.randoms(use_true_random=False)).map(lambda pair: damaged(*pair))
    explore(contract, pairs, promise, written=lambda found, path: found.write(path))


def test_p8_masked_values_are_shown_nowhere(composer: Composer, drawn: Drawn, explore: Explore) -> None:
    contract = composer.contract

    def promise(pair: tuple[Composed, Random]) -> None:
        records, chance = pair
        secret = Composed(contract, {file: [dict(row) for row in rows] for file, rows in records.items()})
        for file, rows in secret.items():
            for row in rows:
                for name in [name for name in row if _hidden(contract, file, name)]:
                    secret_text = "SECRETZQ7" + "X" * 30  # breaks many a facet, so that findings speak of it
                    row[name] = _cut(secret_text, contract, file, name)
        result = _checked(_spoilt(secret, composer, chance), contract)
        shown = [frame.write_json() for frame in (result.samples, result.findings, result.units.drop("key"))]
        shown += [repr(secret), json.dumps(masked_records(contract, secret)), *(rule.reason for rule in result.rules)]
        assert not any("SECRETZQ7" in text for text in shown), "a masked value is shown"

    explore(contract, st.tuples(drawn, st.randoms(use_true_random=False)), promise, written=_first, share=0.4)


def test_p9_the_same_seed_gives_the_same_payload(composer: Composer, drawn: Drawn, explore: Explore) -> None:
    def promise(seed: int) -> None:
        one, other = (_bytes(composer, seed) for _ in range(2))
        assert one == other, f"seed {seed} gives two payloads"

    def written(seed: int, path: Path) -> Path:
        path.write_bytes(_bytes(composer, seed))
        return path

    explore(composer.contract, st.integers(0, 2**32 - 1), promise, written=written, share=0.4)


def test_p10_the_emulator_accepts_valid_payloads(
    profile: str, composer: Composer, drawn: Drawn, explore: Explore
) -> None:
    contract = composer.contract
    setup = _setup(profile, contract)

    def promise(records: Composed) -> None:
        with _folder() as folder, emulated(setup) as pod:
            write(folder / "payload.zip", contract, records)
            _, delivered = simulate(folder / "payload.zip", contract, pod)
        said = [f"{row['said']} {row['column']}".strip() for row in delivered.answers.iter_rows(named=True)]
        outcomes = set(delivered.outcomes["outcome"])
        assert outcomes == {"accepted"}, f"a valid payload is {', '.join(sorted(outcomes))}: {'; '.join(said[:3])}"

    explore(contract, drawn, promise, share=0.6)


def test_p10_the_emulator_refuses_breakers_with_their_code(profile: str, composer: Composer, explore: Explore) -> None:
    contract, found = composer.contract, Breakers(composer.contract)
    setup = _setup(profile, contract)
    coded = sorted(rule.id for rule in contract.rules.values() if rule.code)
    loads = code_table("load")

    def promise(identity: str) -> None:
        rule = contract.rules[identity]
        broken = found.of(rule)
        if broken is None:
            return
        with _folder() as folder, emulated(setup) as pod:
            result, delivered = simulate(broken.write(folder / "payload.zip"), contract, pod)
        predicted = result.predictions.filter(pl.col("rule") == identity)["unit"]
        if not predicted.len():
            return  # the rule's code stands for part of its failures only: a text too long, but not for the loader
        codes = {"load" if code in loads else code for code in _codes(delivered.answers, predicted)}
        rejected = delivered.outcomes["outcome"].gather(predicted).is_in(["rejected"]).all()
        if identity in contract.differs:
            assert rule.code not in codes, f"the emulator refuses {identity} with {rule.code}: it differs no longer"
        else:
            assert rule.code in codes, (
                f"{identity} predicts {rule.code}, the emulator says {sorted(codes) or 'nothing'}"
            )
            assert rejected, f"{identity} predicts a refusal, the emulator does not refuse"

    if not coded:
        pytest.skip(f"{contract.id} predicts no code")
    explore(contract, st.sampled_from(coded), promise, written=partial(_breaker, found))


# what the promises are made of


@cache
def _setup_of(profile: str) -> Any:
    return setup_of_profile(profile_of(profile))


def _setup(profile: str, contract: Contract) -> Any:
    """The emulated pod's reference data: the profile's lists. Of no use to a contract that binds none of them.

    Nor is a pod that does not take the contract's payloads.
    """
    if contract.lists and all(listed.rows is None for listed in contract.lists.values()):
        pytest.skip(f"no list of {contract.id} is bound: what a pod holds of it is not known")
    setup = _setup_of(profile)
    with emulated(setup) as pod:
        if refusal := pod.refusal(contract):
            pytest.skip(refusal)
    return setup


def _codes(answers: pl.DataFrame, units: pl.Series) -> set[str]:
    return set(answers.filter(pl.col("unit").is_in(units.implode()))["code"])


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _checked(records: Mapping[str, Any], contract: Contract) -> Any:
    with _folder() as folder:
        path = folder / "payload.zip"
        write(path, contract, records)
        return check(read(path, contract), contract, all_findings=True)


def _verdicts(result: Any) -> Counter[tuple[bool, str]]:
    """How many units have which two verdicts; labels may number repeated names in file order."""
    return Counter(zip(result.units["conforms"].to_list(), result.units["predicted"].to_list(), strict=True))


def _judged(records: Mapping[str, Any], contract: Contract) -> Counter[tuple[bool, str]]:
    return _verdicts(_checked(records, contract))


def _spoilt(records: Composed, composer: Composer, chance: Random) -> Composed:
    """The records with up to three cells overwritten, so that there is something to find; keys are left alone."""
    copy = Composed(composer.contract, records)
    for _ in range(chance.randint(0, 3)):
        file = chance.choice(sorted(copy))
        row = chance.choice(copy[file])
        names = [
            name
            for name, column in composer.contract.files[file].columns.items()
            if column.listed and (file, name) not in composer.identifiers and name not in _unit(composer.contract, file)
        ]
        if names:
            name = chance.choice(names)
            wrong = chance.choice((None, "?!", "-1", "x" * 300, "2026-02-30", "0"))
            row[name] = _cut(wrong, composer.contract, file, name)
    return copy


def _cut(text: str | None, contract: Contract, file: str, name: str) -> str | None:
    """The text as far as its characters hold it in a fixed-width file; the writer refuses what moves other columns."""
    width = contract.files[file].columns[name].width
    return text[: width or None] if text else None


def _unit(contract: Contract, file: str) -> set[str]:
    return {name for key in contract.files[file].accept_unit for name in key}


def _units(records: Composed, contract: Contract) -> list[dict[str, list[dict[str, str | None]]]]:
    """The records of each accept unit as a payload of its own."""
    return _split(records, contract, lambda number: number)


def _halves(records: Composed, contract: Contract) -> list[dict[str, list[dict[str, str | None]]]]:
    """The units in two payloads; none where a unit asks for records of another one."""
    rules = [rule for rule in contract.rules.values() if rule.kind == "exists"]
    if any(contract.root(rule.file).id != contract.root(rule.spec["in"]).id for rule in rules):
        return []
    return [half for half in _split(records, contract, lambda number: number % 2) if whole(contract, half)]


def _split(
    records: Composed, contract: Contract, part: Callable[[int], int]
) -> list[dict[str, list[dict[str, str | None]]]]:
    parts: dict[int, dict[str, list[dict[str, str | None]]]] = {}
    for file, numbers in unit_numbers(contract, records).items():
        for row, number in zip(records[file], numbers, strict=True):
            parts.setdefault(part(number), {}).setdefault(file, []).append(row)
    return list(parts.values())


def _local(contract: Contract, identity: str) -> bool:
    """True for a rule that looks at no more than the records of one unit, and refuses no more than it."""
    rule = contract.rules.get(identity)
    if rule is None or rule.kind in ("unique", "disjoint", "exists", "shape", "package"):
        return False
    return rule.code != "load" and not (rule.kind == "group" and rule.spec["group_by"] != "accept_unit")


def _ordered(contract: Contract, file: str) -> bool:
    """True where a rule is about the order of the records: then another order is another payload."""
    conditions = (one for rule in contract.rules.values() if rule.file == file for one in rule.conditions.values())
    return any(name in ("_row", "_line") for one in conditions for name in one.columns)


def _beyond(result: Any, contract: Contract) -> bool:
    return any(rule.findings and not _local(contract, rule.id) for rule in result.rules)


def _cases(checked: pa.DataFrameSchema, frame: pl.DataFrame) -> set[tuple[str, int]]:
    """Rule and record of every failure case, from either backend."""
    try:
        checked.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        if "rule" in cases.columns:
            return set(cases.select("rule", "row").iter_rows())
        return {(rule, index + 1) for rule, index in cases.select("check", "index").iter_rows()}
    return set()


def _near(checked: Any, frame: pl.DataFrame) -> list[Any]:
    """The checks that have something to look at: those of unlisted columns cost a pass each and find nothing."""
    there = set(frame.columns)
    silent = {rule.id for rule in checked.rules if rule.column and rule.column not in there and rule.kind != "required"}
    return [one for one in checked.checks if one.name not in silent]


def _hidden(contract: Contract, file: str, name: str) -> bool:
    column = contract.files[file].columns.get(name)
    return column is not None and column.masked


def _breaker(found: Breakers, identity: str, path: Path) -> Path:
    if broken := found.of(found.contract.rules[identity]):
        return broken.write(path)
    raise UsageError(f"{identity} has no breaker")


def _first(pair: tuple[Composed, Any], path: Path) -> Path:
    write(path, pair[0].contract, pair[0])
    return path


def _bytes(composer: Composer, seed: int) -> bytes:
    with _folder() as folder:
        path = folder / "payload.zip"
        write(path, composer.contract, composer.compose(Random(seed)))
        return path.read_bytes()

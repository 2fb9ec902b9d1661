"""The page of a contract: everything that it promises, and what nobody has confirmed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from contracts import (
    SEVERITIES,
    Column,
    Contract,
    Example,
    File,
    Interface,
    LayoutColumn,
    Profile,
    Question,
    Rule,
    advice,
    layout_in_force,
    without_code,
    written_breaker,
)
from raid_log import DeliveredVersion
from reports.pages import render

MASK = "***"


@dataclass(frozen=True)
class OpenFact:
    """A question that nobody has answered, and where the contract asks it."""

    about: str
    question: str
    place: str
    rule: str = ""  # id of the rule it is about


@dataclass(frozen=True)
class Row:
    """A contract in the index."""

    contract: Contract
    rules: Mapping[str, int]  # by severity
    interfaces: Sequence[Interface]
    open: Sequence[OpenFact]
    unproved: int  # columns whose layout is not known for certain


@dataclass(frozen=True)
class ColumnLine:
    """A column as the page shows it."""

    name: str
    column: Column
    type: str
    length: str
    required: str
    values: Sequence[Rule]  # the rules about what it may hold
    certainty: str  # of the layout, "" where it is known
    place: str


@dataclass(frozen=True)
class RuleLine:
    """A rule as the page shows it."""

    rule: Rule
    source: Sequence[str]
    predicts: str
    todo: str
    place: str
    changed: str  # why the overlay grades it otherwise
    differs: str  # why the emulator answers otherwise
    breaker: Sequence[str]


def contract_row(profile: Profile, contract: Contract) -> Row:
    """Return what the index says of the contract."""
    counts = Counter(rule.severity for rule in contract.rules.values())
    return Row(
        contract,
        {severity: counts[severity] for severity in SEVERITIES},
        profile.serving(contract.id),
        list(_open_facts(contract)),
        sum(bool(_certainty(contract, file, name)) for file in contract.files.values() for name in file.columns),
    )


def contract_page(profile: Profile, row: Row, history: Sequence[DeliveredVersion]) -> str:
    """Return the page of the contract. Each rule has its id as anchor, each column ``column-<file>.<name>``.

    Values of columns with personal data are masked.
    """
    contract = row.contract
    written, implied, of_unlisted, shape = _sorted_rules(contract)
    return render(
        "contract.html",
        title=profile.title,
        contract=contract,
        row=row,
        severities=SEVERITIES,
        facts=[(name, value) for name, value in _facts(contract) if value],
        parameters=[_parameter(one) for one in contract.oracle.get("parameters", ())],
        files=[_file(contract, file) for file in contract.files.values()],
        written=[_rule(contract, rule) for rule in written],
        others=[
            (f"{len(implied):,} rules that the listed columns imply", [_rule(contract, rule) for rule in implied]),
            (f"{len(of_unlisted):,} rules of the other columns", [_rule(contract, rule) for rule in of_unlisted]),
            (f"{len(shape):,} rules of shape and package", [_rule(contract, rule) for rule in shape]),
        ],
        codes=list(_codes(contract)),
        lists=list(_lists(contract)),
        examples=[_example(contract, one) for one in contract.examples_in_force],
        replaced=len(contract.examples) - len(contract.examples_in_force),
        mask=MASK,
        questions=_profile_questions(profile, row.interfaces),
        layouts=list(_layouts(contract)),
        history=history,
    )


def _facts(contract: Contract) -> Iterator[tuple[str, str]]:
    oracle = contract.oracle
    library, _, overlay = contract.version.partition("+")
    yield "status", contract.status
    yield "version", f"{library} of the library, {overlay} of the overlay" if overlay else library
    yield "owner", ", ".join(contract.owner.values())
    yield "direction", f"{contract.direction}, channel {contract.channel}"
    yield (
        "Oracle releases",
        f"tested: {', '.join(contract.releases)}; shown: {contract.release}" if contract.release else "",
    )
    yield "profile", contract.profile + (" (with an overlay)" if contract.overlay else "")
    yield "package", " ".join(part for part in (contract.package_kind, contract.package_name) if part)
    yield "amount", f"{contract.amount[0]}: {', '.join(contract.amount[1])}" if contract.amount else ""
    yield (
        "control totals",
        "; ".join(
            f"{name}: {one['value']} of {one['file']}, against {one['source']}"
            for name, one in contract.control_totals.items()
        ),
    )
    yield (
        "targets",
        "; ".join(
            f"{name.replace('_', ' ')} {value:g}{' %' if name.endswith('rate') else ''}"
            for name, value in contract.targets.items()
        ),
    )
    for name in ("product", "template", "resource", "ucm_account", "interface_option", "job"):
        yield name.replace("ucm", "UCM").replace("_", " "), str(oracle.get(name, ""))
    yield "code table", str(oracle.get("errors", ""))


def _parameter(one: str | Mapping[str, str]) -> tuple[str, str]:
    """A parameter of the job, and where its value comes from (contract format, section 3)."""
    if isinstance(one, str):
        return one, "setting of that name"
    if "value" in one:
        return one["name"], f"always {one['value']}" if one["value"] else "always blank"
    if "from" in one:
        return one["name"], f"of the payload: {one['from']}"
    by = f", chosen by {one['by']}" if "by" in one else ""
    instead = f"; where that is blank, {one['or']} itself" if "or" in one else ""
    return one["name"], f"setting {one['setting']} of the pod{by}{instead}"


# files and columns


def _file(contract: Contract, file: File) -> tuple[File, list[tuple[str, str]], list[ColumnLine], list[ColumnLine]]:
    """The file, its facts, its listed columns, and those of the layout that the contract does not list."""
    facets: dict[str, list[Rule]] = defaultdict(list)
    for rule in contract.rules.values():
        if rule.file == file.id and rule.column:
            facets[rule.column].append(rule)
    lines = [_column(contract, file, name, facets[name]) for name in file.columns]
    facts = [(name, value) for name, value in _file_facts(contract, file) if value]
    listed = [line for line in lines if line.column.listed]
    return file, facts, listed, [line for line in lines if not line.column.listed]


def _file_facts(contract: Contract, file: File) -> Iterator[tuple[str, str]]:
    width = f"{file.fields} fields" if contract.channel != "hdl" else f"{file.fields} known attributes"
    release = f" of {file.layout_release}" if file.layout_release not in ("", "hdl") else ""
    yield "layout", f"{file.layout or 'its own'}{release}, {width}"
    yield "table", file.table
    yield "accept unit", _keys(file.accept_unit) if file.parent is None else ""
    yield "business key", _keys(file.business_key)
    if file.parent:
        ways = (", ".join(f"{own} = {theirs}" for own, theirs in one.items()) for one in file.parent.by)
        listed = f"; or on the list {file.parent.or_list}" if file.parent.or_list else ""
        yield "belongs to", f"{file.parent.file} by {'; or '.join(ways)}{listed}"
    if file.history:
        dates = f"from {file.history.start} to {file.history.end}"
        yield "dated rows", f"{dates} of {_keys(file.history.key)}; gaps {file.history.gaps}"
    yield "records", f"{file.rows[0]:,} to {file.rows[1]:,}" if file.rows else ""
    yield "columns not listed", file.unlisted
    yield "may be missing", "yes" if file.optional else ""
    yield "told as", file.record
    yield "other known widths", ", ".join(f"{width} ({name})" for width, name in file.variants.items())
    for one in contract.flexfields.values():
        if one.file == file.id:
            means = "; ".join(f"{value}: {', '.join(slots)}" for value, slots in one.values.items())
            yield f"flexfield {one.id}", f"by {one.context}: {means}"


def _keys(alternatives: Sequence[Sequence[str]]) -> str:
    return "; or ".join(", ".join(key) or "the whole file" for key in alternatives)


def _column(contract: Contract, file: File, name: str, rules: Sequence[Rule]) -> ColumnLine:
    column = file.columns[name]
    size = ",".join(str(part) for part in (column.type.size, column.type.scale) if part is not None)
    return ColumnLine(
        name=name,
        column=column,
        type=f"{column.type.kind} {column.type.mask}".strip(),
        length=size,
        required=_required(contract, file, name, rules),
        values=[rule for rule in rules if rule.kind not in ("type", "length", "required")],
        certainty=_certainty(contract, file, name),
        place=contract.source(column.place),
    )


def _required(contract: Contract, file: File, name: str, rules: Sequence[Rule]) -> str:
    """``yes``, the condition, or ``conditional`` where only the layout says so."""
    asked = [rule for rule in rules if rule.kind == "required"]
    if any(not rule.conditions for rule in asked):
        return "yes"
    if asked:
        return " or ".join(dict.fromkeys(f"if {one.text}" for rule in asked for one in rule.conditions.values()))
    own = _layout(contract, file).get(name)
    return "conditional (Oracle)" if own and own.required == "C" else ""


def _layout(contract: Contract, file: File) -> Mapping[str, LayoutColumn]:
    return layout_in_force(file.layout, contract.release).columns if file.layout else {}


def _certainty(contract: Contract, file: File, name: str) -> str:
    """How sure the layout is of the column, ``""`` where it is known."""
    own = _layout(contract, file).get(name)
    if own is None or own.certainty == "known":
        return ""
    return f"length: {own.certainty}" if own.length_remembered else own.certainty


# rules


def _sorted_rules(contract: Contract) -> tuple[list[Rule], list[Rule], list[Rule], list[Rule]]:
    """Written ones, those of the listed columns and of links and dates, of other columns, of shape and package."""
    written, implied, of_unlisted, shape = [], [], [], []
    for rule in contract.rules.values():
        if rule.written:
            written.append(rule)
        elif rule.kind in ("shape", "package"):
            shape.append(rule)
        elif rule.column and not contract.files[rule.file].columns[rule.column].listed:
            of_unlisted.append(rule)
        else:
            implied.append(rule)
    return written, implied, of_unlisted, shape


def _rule(contract: Contract, rule: Rule) -> RuleLine:
    return RuleLine(
        rule,
        source=list(_source(rule)) if rule.written else [],
        predicts=_predicts(contract, rule),
        todo="" if rule.kind in ("row", "group") else advice(rule, contract),  # of these it is the condition again
        place=str(rule.place or "the format's own rule") if rule.written else contract.source(rule.place),
        changed=contract.regraded.get(rule.id, ""),
        differs=contract.differs.get(rule.id, ""),
        breaker=list(_breaker(contract, rule)) if rule.written else [],
    )


def _source(rule: Rule) -> Iterator[str]:
    """What the rule asks, in the words of the contract format: its condition, its kind, the keys of the kind."""
    if rule.when:
        yield f"when: {rule.when}"
    indent = "" if rule.kind in ("row", "group", "unique") else "  "
    if indent:
        yield f"{rule.kind}:"
    for name, value in rule.spec.items():
        yield f"{indent}{name}: {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_plain(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value)) or "the whole file"
    return "yes" if value is True else str(value)


def _predicts(contract: Contract, rule: Rule) -> str:
    code = contract.codes.get(rule.code)
    return f"{rule.code}: {code.meaning} ({code.certainty})" if code else without_code(rule)


def _breaker(contract: Contract, rule: Rule) -> Iterator[str]:
    """The change of a valid example that breaks the rule, as the contract writes it; personal data masked."""
    breaker = written_breaker(contract, rule)
    if breaker is None:
        yield "the example that it changes is not in force here"
        return
    patch: dict[str, Any] = dict(rule.breaks) if isinstance(rule.breaks, Mapping) else {}
    where = f"example {breaker.example}, {rule.file} record {patch.get('_row', 1)}"
    if isinstance(rule.breaks, str):
        yield f"{where}: {'repeated' if rule.breaks == 'duplicate' else 'left out'}"
        return
    columns = contract.files[rule.file].columns
    changes = (
        f"{name} = {_shown(columns, name, value) or 'blank'}"
        for name, value in patch.items()
        if name not in ("_in", "_row")
    )
    yield f"{where}: {', '.join(changes)}"


def _codes(contract: Contract) -> Iterator[tuple[str, ...]]:
    cited = {rule.code for rule in contract.rules.values()}
    for code in contract.codes.values():
        if code.id in cited:
            yield code.id, code.code or code.pattern, code.meaning, code.certainty, code.source


def _lists(contract: Contract) -> Iterator[tuple[str, ...]]:
    for one in contract.lists.values():
        missing = f"missing: {one.absent}" if one.absent else "not bound"
        values = missing if one.rows is None else f"{one.rows.height:,}"
        days = f"{one.max_age_days} days" if one.max_age_days else ""
        yield one.id, ", ".join(one.columns), values, one.taken, days, one.about


# examples


def _example(contract: Contract, one: Example) -> tuple[Example, list[tuple[str, int, list[tuple[str, list[str]]]]]]:
    """The example, and file by file the number of records and the filled columns with their values."""
    return one, [(name, len(rows), list(_values(contract, name, rows))) for name, rows in one.records.items()]


def _values(contract: Contract, file: str, rows: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(rows, Mapping):  # they stand in a file of their own
        yield "file", [str(rows.get("file", ""))]
        return
    columns = contract.files[file].columns
    used = {name for row in rows for name, value in row.items() if value not in (None, "")}
    for name in sorted(
        used, key=lambda name: (name in columns, list(columns).index(name) if name in columns else name)
    ):
        yield name, [_shown(columns, name, row.get(name)) for row in rows]


def _shown(columns: Mapping[str, Column], name: str, value: str | None) -> str:
    if not value:
        return ""
    return MASK if name in columns and columns[name].masked else value


# what is open


def _open_facts(contract: Contract) -> Iterator[OpenFact]:
    """Every question of the contract with its place; those that only a rule carries come last."""
    asked = {question for _, question in contract.unconfirmed}
    for about, question in contract.unconfirmed:
        rule = _asking(contract, about, question)
        yield OpenFact(about, question, _asked_at(contract, about, rule), rule.id if rule else "")
    for rule in contract.rules.values():
        if rule.unconfirmed and rule.unconfirmed not in asked:
            yield OpenFact(rule.id, rule.unconfirmed, str(rule.place), rule.id)


def _asking(contract: Contract, about: str, question: str) -> Rule | None:
    """The rule that a question is about: one of that id, or the first of its column or flexfield that carries it."""
    if about in contract.rules:
        return contract.rules[about]
    column = about.partition("@")[0]
    carrying = (one for one in contract.rules.values() if one.unconfirmed == question)
    return next(
        (one for one in carrying if about.startswith("flexfield ") or f"{one.file}.{one.column}" == column), None
    )


def _asked_at(contract: Contract, about: str, rule: Rule | None) -> str:
    if rule:
        return str(rule.place)
    listed = contract.lists.get(about.removeprefix("list "))
    return str(listed.place) if listed and listed.place else contract.library


def _profile_questions(profile: Profile, interfaces: Sequence[Interface]) -> list[Question]:
    """Questions of the profile that touch an interface of the contract."""
    ids = {one.id for one in interfaces}
    return [one for one in profile.questions if ids.intersection(one.interfaces)]


# history


def _layouts(contract: Contract) -> Iterator[tuple[str, str, str, str, str]]:
    """File and release by release: the folder of the layout in force, its width, what changed since the one before."""
    for file in contract.files.values():
        if not file.layout or not contract.releases:
            continue
        found = [(release, layout_in_force(file.layout, release)) for release in contract.releases]
        first = found[0][1]
        yield file.id, found[0][0], first.release, f"{len(first.columns):,}", ""
        for (earlier, before), (release, now) in pairwise(found):
            told = _changes(before.columns, now.columns) if now.release != before.release else f"as {earlier}"
            yield file.id, release, now.release, f"{len(now.columns):,}", told


def _changes(before: Mapping[str, LayoutColumn], now: Mapping[str, LayoutColumn]) -> str:
    """What became of the columns, aligned by name."""
    changes = {
        "new": [name for name in now if name not in before],
        "gone": [name for name in before if name not in now],
        "other type": [name for name in now if name in before and now[name].type != before[name].type],
    }
    moved = sum(name in before and before[name].position != now[name].position for name in now)
    told = [f"{word}: {', '.join(names)}" for word, names in changes.items() if names]
    return "; ".join([*told, *([f"{moved:,} columns moved"] if moved else [])]) or "the same columns"

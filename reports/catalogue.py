"""The contract catalogue: a page per contract, and an index by department."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts import DEPARTMENTS, SEVERITIES, Contract, Example, File, Interface, Profile, Rule
from raid_log import DeliveredVersion
from reports.pages import render

MASK = "***"


@dataclass(frozen=True)
class Unread:
    """A contract that could not be read, and why."""

    id: str
    why: str


@dataclass(frozen=True)
class Row:
    """A contract in the index."""

    contract: Contract
    rules: Mapping[str, int]  # by severity
    interfaces: tuple[Interface, ...]


def catalogue(
    profile: Profile,
    contracts: Iterable[Contract],
    unread: Sequence[Unread] = (),
    delivered: Iterable[DeliveredVersion] = (),
) -> dict[str, str]:
    """Return file name -> page: ``index.html`` and ``<contract id>.html``; the same values give the same bytes.

    ``delivered``: which versions were delivered when, the history of each page.
    """
    history: dict[str, list[DeliveredVersion]] = defaultdict(list)
    for one in delivered:
        history[one.contract].append(one)
    rows = [_row(profile, contract) for contract in contracts]
    pages = {"index.html": _index(profile, rows, unread)}
    for row in rows:
        pages[f"{row.contract.id}.html"] = _page(profile, row, history[row.contract.id])
    return pages


def _row(profile: Profile, contract: Contract) -> Row:
    counts = Counter(rule.severity for rule in contract.rules.values())
    using = tuple(row for row in profile.register.values() if contract.id in row.contracts)
    return Row(contract, {severity: counts[severity] for severity in SEVERITIES}, using)


def _index(profile: Profile, rows: Sequence[Row], unread: Sequence[Unread]) -> str:
    departments = [
        (name, own) for name in DEPARTMENTS if (own := [row for row in rows if row.contract.department == name])
    ]
    bare = [row for row in profile.register.values() if not row.contracts]
    return render(
        "catalogue.html", title=profile.title, departments=departments, unread=unread, bare=bare, severities=SEVERITIES
    )


def _page(profile: Profile, row: Row, history: Sequence[DeliveredVersion]) -> str:
    contract = row.contract
    written = [rule for rule in contract.rules.values() if rule.written]
    return render(
        "contract.html",
        title=profile.title,
        contract=contract,
        interfaces=[
            (one.id, one.name, one.direction, one.frequency, one.criticality, one.owner) for one in row.interfaces
        ],
        facts=[(name, value) for name, value in _facts(contract) if value],
        parameters=list(_parameters(contract)),
        files=[(file, list(_columns(contract, file)), _unlisted(file)) for file in contract.files.values()],
        written=[(rule, _condition(rule), _predicts(contract, rule)) for rule in written],
        implied=[
            (rule.id, rule.severity, rule.title, _predicts(contract, rule))
            for rule in contract.rules.values()
            if not rule.written
        ],
        codes=list(_codes(contract)),
        lists=list(_lists(contract)),
        examples=[(one, list(_records(contract, one))) for one in contract.examples.values()],
        history=history,
        changed=[*((id_, "disabled", why) for id_, why in contract.disabled.items()),
                 *((id_, "other severity", why) for id_, why in contract.regraded.items()),
                 *((id_, "the emulator differs", why) for id_, why in contract.differs.items())],
    )  # fmt: skip


def _facts(contract: Contract) -> Iterator[tuple[str, str]]:
    oracle = contract.oracle
    yield "version", contract.version
    yield "status", contract.status
    yield "owner", ", ".join(contract.owner.values())
    yield "direction", f"{contract.direction}, channel {contract.channel}"
    yield "Oracle releases", ", ".join(contract.releases)
    yield "profile", contract.profile + (" (with an overlay)" if contract.overlay else "")
    for name in ("product", "template", "ucm_account", "interface_option", "job"):
        yield name.replace("ucm", "UCM").replace("_", " "), str(oracle.get(name, ""))
    yield "needs first", ", ".join(contract.needs)
    yield "amount", f"{contract.amount[0]}: {', '.join(contract.amount[1])}" if contract.amount else ""


def _parameters(contract: Contract) -> Iterator[tuple[str, str]]:
    """Parameters of the job, in its order, and where each value comes from."""
    for one in contract.oracle.get("parameters", ()):
        parts = (f"{name} {one[name]}" for name in ("value", "from", "setting", "by", "or") if name in one)
        yield str(one.get("name", "")), ", ".join(parts)


def _columns(contract: Contract, file: File) -> Iterator[tuple[str, ...]]:
    facets: dict[str, list[str]] = defaultdict(list)
    for rule in contract.rules.values():
        if rule.file == file.id and rule.column and rule.kind not in ("type", "length"):
            facets[rule.column].append(_facet(rule))
    for name, column in file.columns.items():
        if column.listed:
            yield (
                str(column.position or ""), name, str(column.type), "; ".join(facets[name]),
                "" if column.personal_data == "none" else column.personal_data, column.note or column.label,
            )  # fmt: skip


def _facet(rule: Rule) -> str:
    value = rule.spec.get(rule.kind)
    words = rule.kind.replace("_", " ")
    if rule.kind in ("one_of", "list", "pattern", "range") and value is not None:
        told = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        return f"{words}: {told}"
    return words


def _unlisted(file: File) -> str:
    """Columns of the layout that the contract does not name."""
    return ", ".join(name for name, column in file.columns.items() if not column.listed)


def _condition(rule: Rule) -> str:
    """The conditions as they are written; of the other kinds what the rule says of itself."""
    if rule.conditions:
        return "; ".join(f"{name}: {one.text}" for name, one in rule.conditions.items())
    return "; ".join(f"{name}: {value}" for name, value in rule.spec.items())


def _predicts(contract: Contract, rule: Rule) -> str:
    if rule.code == "load":
        return "load: SQL*Loader refuses the record, and with it the file (unconfirmed)"
    code = contract.codes.get(rule.code)
    return f"{rule.code}: {code.meaning}" if code else rule.code


def _codes(contract: Contract) -> Iterator[tuple[str, ...]]:
    cited = {rule.code for rule in contract.rules.values()}
    for code in contract.codes.values():
        if code.id in cited:
            yield code.id, code.code or code.pattern, code.meaning, code.certainty, code.source


def _lists(contract: Contract) -> Iterator[tuple[str, ...]]:
    for one in contract.lists.values():
        values = "not bound" if one.rows is None else f"{one.rows.height:,}"
        days = f"{one.max_age_days} days" if one.max_age_days else ""
        yield one.id, ", ".join(one.columns), values, one.taken, days, one.about


def _records(contract: Contract, example: Example) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    """File by file: the columns that are filled, and the values; what may not be shown is masked."""
    for file_id, rows in example.records.items():
        if isinstance(rows, Mapping):  # they stand in a file of their own
            yield file_id, ("file",), ((str(rows.get("file", "")),),)
            continue
        columns = contract.files[file_id].columns
        names = list(dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, "")))
        yield file_id, names, [[_shown(columns, name, row.get(name)) for name in names] for row in rows]


def _shown(columns: Mapping[str, object], name: str, value: object) -> str:
    column = columns.get(name)
    hidden = getattr(column, "masked", False)
    return "" if value in (None, "") else MASK if hidden else str(value)

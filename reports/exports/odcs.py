"""A contract in the words of the Open Data Contract Standard 3.2.0.

What the standard has no word for is a custom property. Written rules become counts in SQL where a table can say them,
else texts with the rule's own statement beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from contracts import Contract, File, Rule
from reports.exports.ddl import oracle_type
from reports.exports.examples import breaks_of, records_of
from reports.exports.facets import Facets, facets_of, mask_of, number_of
from reports.exports.sql import count_query

VERSION = "v3.2.0"

_LOGICAL = {"text": "string", "flag": "string", "integer": "integer"}
_DIMENSIONS = {"unique": "uniqueness", "required": "completeness", "totals": "accuracy", "within": "timeliness"}
_SHORT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")  # a name that a short reference may hold
_JAVA = (("YYYY", "yyyy"), ("YY", "yy"), ("DD", "dd"), ("HH24", "HH"), ("MI", "mm"), ("SS", "ss"), ("FF", "SSSSSS"))


def odcs(contract: Contract) -> bytes:
    """Return the contract as YAML."""
    data = _filled(
        apiVersion=VERSION,
        kind="DataContract",
        id=contract.id,
        name=contract.title,
        version=contract.version,
        status=contract.status,
        domain=contract.department,
        description=_filled(purpose=contract.summary),
        servers=list(_servers(contract)),
        schema=[_object(contract, file) for file in contract.files.values()],
        slaProperties=[{"property": name, "value": value} for name, value in contract.targets.items()],
        customProperties=_custom(_facts(contract)),
    )
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=160)).encode()


def _filled(**facts: Any) -> dict[str, Any]:
    """What is not empty."""
    return {name: value for name, value in facts.items() if value not in (None, "", [], {}, ())}


def _custom(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in facts.items()]


def _facts(contract: Contract) -> dict[str, Any]:
    cited = {rule.code for rule in contract.rules.values()}
    package = _filled(kind=contract.package_kind, name=contract.package_name, exact=contract.files_exactly or None)
    return _filled(
        direction=contract.direction,
        channel=contract.channel,
        prefix=contract.prefix,
        profile=contract.profile,
        release=contract.release,
        releases=list(contract.releases),
        owner=dict(contract.owner),
        oracle=dict(contract.oracle),
        needs=list(contract.needs),
        package=package,
        amount={"file": contract.amount[0], "columns": list(contract.amount[1])} if contract.amount else None,
        controlTotals={name: dict(one) for name, one in contract.control_totals.items()},
        raid=dict(contract.raid),
        sqlDialect="duckdb",
        referenceLists=[*_lists(contract)],
        flexfields=[
            {"id": one.id, "file": one.file, "context": one.context, "values": _plain(one.values)}
            for one in contract.flexfields.values()
        ],
        rejectionCodes=[
            _filled(id=one.id, code=one.code, pattern=one.pattern, meaning=one.meaning, certainty=one.certainty)
            for one in contract.codes.values() if one.id in cited
        ],
        rules=[_implied(rule) for rule in contract.rules.values() if not rule.file],
        examples=[
            _filled(name=one.name, release=one.release, expects=list(one.expects or ()))
            | {"records": {name: [*map(dict, rows)] for name, rows in records_of(contract, one).items()}}
            for one in contract.examples_in_force
        ],
        unconfirmed=[{"about": about, "question": question} for about, question in contract.unconfirmed],
        disabled=dict(contract.disabled),
        regraded=dict(contract.regraded),
        emulatorDiffers=dict(contract.differs),
    )  # fmt: skip


def _lists(contract: Contract) -> Iterator[dict[str, Any]]:
    """What a list is and when it was taken; its values stay where they are."""
    for one in contract.lists.values():
        by = one.loaded_by
        yield _filled(
            id=one.id, about=one.about, columns=list(one.columns), key=list(one.key), taken=one.taken,
            maxAgeDays=one.max_age_days, bound=one.rows is not None, unconfirmed=one.unconfirmed,
            loadedBy={"contract": by.contract, "file": by.file, "columns": dict(by.columns)} if by else None,
        )  # fmt: skip


def _servers(contract: Contract) -> Iterator[dict[str, Any]]:
    """Where the bytes are: one server per member of the package, with how it is written."""
    members: dict[str, list[File]] = {}
    for file in contract.files.values():
        above = contract.root(file.id)
        members.setdefault((file.names or above.names or (file.id,))[0], []).append(file)
    for name, files in members.items():
        csv = files[0].csv
        delimited = contract.channel in ("fbdi", "delimited")
        facts = _filled(
            header=csv.header if delimited else None,
            quote=csv.quote if delimited else None,
            dateFormat=csv.dates,
            terminator=csv.terminator,
            recordEnd=csv.record_end,
            packageName=contract.package_name,
            packageExact=contract.files_exactly or None,
            files=[file.id for file in files],
        )
        yield _filled(
            server=re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or files[0].id,
            type="custom",
            format="csv" if delimited else contract.channel,
            path=name,
            delimiter=csv.delimiter if delimited else None,
            encoding=csv.encoding,
            customProperties=_custom(facts),
        )


def _object(contract: Contract, file: File) -> dict[str, Any]:
    own = [rule for rule in contract.rules.values() if rule.file == file.id]
    facets = facets_of(contract, file)
    return _filled(
        name=file.id,
        physicalName=file.names[0] if file.names else None,
        physicalType="file",
        dataGranularityDescription=file.record,
        properties=[*_action(contract), *(_property(contract, file, one) for one in facets.values())],
        relationships=list(_relationships(file)),
        quality=[*_counted(file), *(_quality(contract, rule) for rule in own if rule.written)],
        customProperties=_custom(_file_facts(contract, file, own)),
    )


def _action(contract: Contract) -> Iterator[dict[str, Any]]:
    """The instruction of an HDL line, of which rules speak."""
    if contract.channel == "hdl":
        words = [{"value": "MERGE"}, {"value": "DELETE"}]
        yield {"name": "_action", "description": "Instruction of the line", "logicalType": "string", "enum": words}


def _file_facts(contract: Contract, file: File, rules: Iterable[Rule]) -> dict[str, Any]:
    parent, history = file.parent, file.history
    return _filled(
        layout=file.layout,
        layoutRelease=file.layout_release,
        names=list(file.names[1:]) and list(file.names),
        table=file.table,
        fields=file.fields if contract.channel != "hdl" else None,
        acceptUnit=[list(key) for key in file.accept_unit] or None,
        businessKey=[list(key) for key in file.business_key],
        period=file.period,
        refusedTogether=list(file.refused_together or ()),
        parent=_filled(file=parent.file, by=_plain(parent.by), orList=parent.or_list) if parent else None,
        history=_filled(
            key=[list(key) for key in history.key], start=history.start, end=history.end, sequence=history.sequence,
            gaps=history.gaps,
        ) if history else None,
        recordType=[_filled(at=one.at, width=one.width, value=one.value) for one in file.record_type],
        unlisted=file.unlisted,
        optional=file.optional or None,
        rules=[_implied(rule) for rule in rules if not rule.written and not rule.column],
    )  # fmt: skip


# columns


def _property(contract: Contract, file: File, facets: Facets) -> dict[str, Any]:
    column = facets.column
    return _filled(
        id=_stable(column.name) if not _SHORT.fullmatch(column.name) else None,
        name=column.name,
        businessName=column.label.lstrip("*"),
        description=column.note,
        logicalType=_LOGICAL.get(facets.type.kind, facets.type.kind),
        logicalTypeOptions=_options(facets, mask_of(facets.type, file)),
        physicalType=oracle_type(facets.type) if facets.type.kind != "text" or facets.type.size else "VARCHAR2",
        required=facets.required or None,
        enum=[{"value": word} for word in facets.one_of or ("Y", "N") * (facets.type.kind == "flag")],
        classification=column.personal_data if column.masked else None,
        quality=[_quality(contract, rule) for rule in facets.conditional if rule.kind == "required"],
        customProperties=_custom(
            _filled(
                position=column.position,
                type=str(facets.type) if facets.type.kind != "text" else None,
                width=column.width or None,
                impliedDecimals=column.decimals or None,
                path=column.path,
                listed=None if column.listed else "no",
                keyRole=column.key_role,
                foreignKey=column.foreign_key,
                default=column.default if not column.masked else None,
                patterns=list(facets.patterns[1:]) and list(facets.patterns),
                referenceList=list(facets.lists),
                rules=[_implied(rule) for rule in facets.rules if rule.kind != "required" or not rule.conditions],
            )
        ),
    )


def _options(facets: Facets, mask: str) -> dict[str, Any]:
    low, high = facets.bounds or (None, None)
    if facets.type.sort == "number":
        return _filled(minimum=number_of(low), maximum=number_of(high))
    if facets.type.sort in ("date", "timestamp"):
        return _filled(format=_java(mask), minimum=low, maximum=high)
    if facets.type.kind == "boolean":
        return {}
    return _filled(maxLength=facets.length, pattern=facets.patterns[0] if facets.patterns else None)


def _java(mask: str) -> str:
    for oracle, java in _JAVA:
        mask = mask.replace(oracle, java)
    return mask


def _relationships(file: File) -> Iterator[dict[str, Any]]:
    """The parent, where one key tells it and it is always in the payload."""
    if file.parent and len(file.parent.by) == 1 and not file.parent.or_list:
        by = file.parent.by[0]
        yield {
            "type": "foreignKey",
            "from": [_reference(file.id, name) for name in by],
            "to": [_reference(file.parent.file, name) for name in by.values()],
        }


def _reference(file: str, name: str) -> str:
    return f"{file}.{name}" if _SHORT.fullmatch(name) else f"schema/{file}/properties/{_stable(name)}"


def _stable(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")


# rules


def _implied(rule: Rule) -> dict[str, Any]:
    return _filled(
        id=rule.id, severity=rule.severity, rejectionCode=rule.code, unconfirmed=rule.unconfirmed,
        contexts=[f"{context}: {_words(spec)}" for context, spec in rule.spec.get("contexts", ())],
    )  # fmt: skip


def _words(spec: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in spec.items() if name not in ("own", "buffer", "in_bytes"))


def _counted(file: File) -> Iterator[dict[str, Any]]:
    if file.rows:
        least, most = file.rows
        wanted = {"mustBe": least} if least == most else {"mustBeBetween": [least, most]}
        yield {"id": "row_count", "type": "library", "metric": "rowCount", "severity": "significant", **wanted}


def _quality(contract: Contract, rule: Rule) -> dict[str, Any]:
    query = count_query(contract, rule)
    return {
        "id": _stable(rule.id),
        "name": rule.id,
        "description": rule.title,
        "dimension": _DIMENSIONS.get(rule.kind, "consistency"),
        "severity": rule.severity,
        **({"type": "sql", "query": query, "mustBe": 0, "unit": "rows"} if query else {"type": "text"}),
        "customProperties": _custom(
            _filled(
                kind=rule.kind,
                when=_plain(rule.conditions["when"].text if "when" in rule.conditions else rule.when),
                statement=_plain(rule.spec) if rule.written else None,
                basis=rule.basis,
                why=rule.why,
                rejectionCode=rule.code,
                breaks=_plain(breaks_of(contract, rule)),
                alsoBreaks=list(rule.also),
                unconfirmed=rule.unconfirmed,
                addedBy=rule.prefix,
                raid=rule.raid,
            )
        ),
    }


def _plain(value: Any) -> Any:
    """The value in the words of YAML."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value

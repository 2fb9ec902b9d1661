"""A contract as a Frictionless data package, version 2: a resource per file, every field of its records in order.

Files that are no tables of their own (HDL components, record types, bodies) are described, too; ``format`` says what
they are, and only a reader of that format can open them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from contracts import Contract, File
from contracts.model import TOKENS
from contracts.typing import mask_forms
from reports.exports.facets import Facets, facets_of, mask_of, number_of

PROFILES = "https://datapackage.org/profiles/2.0"

_TYPES = {"text": "string", "flag": "string", "timestamp": "datetime"}


def data_package(contract: Contract) -> bytes:
    """Return the descriptor as JSON."""
    package = {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": contract.id,
        "title": contract.title,
        **({"description": contract.summary} if contract.summary else {}),
        "version": contract.version,
        "resources": [_resource(contract, file) for file in contract.files.values()],
    }
    return (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()


def _resource(contract: Contract, file: File) -> dict[str, Any]:
    table = contract.channel in ("fbdi", "delimited") and not file.record_type
    dialect = {
        "$schema": f"{PROFILES}/tabledialect.json",
        "header": file.csv.header,
        "delimiter": file.csv.delimiter,
        "quoteChar": file.csv.quote,
        "doubleQuote": True,
    }
    return {
        "name": file.id,
        "path": (file.names or contract.root(file.id).names)[0],
        **({"type": "table"} if table else {}),
        "format": "csv" if table else contract.channel.replace("_", "-"),
        "encoding": file.csv.encoding,
        **({"dialect": dialect} if table else {}),
        "schema": _schema(contract, file),
    }


def _schema(contract: Contract, file: File) -> dict[str, Any]:
    facets = facets_of(contract, file)
    fields = [
        _field(facets[name], file) if name else {"name": f"field_{at}", "type": "string"}
        for at, name in enumerate(file.written if file.fixed else file.by_field, start=1)
    ]
    keys = list(_foreign_keys(contract, file))
    return {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": fields,
        "missingValues": ["", *TOKENS],
        **({"foreignKeys": keys} if keys else {}),
    }


def _field(facets: Facets, file: File) -> dict[str, Any]:
    column = facets.column
    mask = mask_of(facets.type, file)
    words = {"title": column.label.lstrip("*"), "description": column.note}
    constraints = {name: value for name, value in _constraints(facets) if value is not None and value is not False}
    return {
        "name": column.name,
        **{name: text for name, text in words.items() if text},
        "type": _TYPES.get(facets.type.kind, facets.type.kind),
        **({"format": _strptime(mask)} if mask else {}),
        **({"trueValues": ["true"], "falseValues": ["false"]} if facets.type.kind == "boolean" else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _constraints(facets: Facets) -> Iterator[tuple[str, Any]]:
    yield "required", facets.required
    low, high = facets.bounds or (None, None)
    yield "minimum", number_of(low) if facets.type.sort == "number" else low
    yield "maximum", number_of(high) if facets.type.sort == "number" else high
    if facets.type.sort == "text":
        yield "maxLength", 0 if facets.blank else facets.length
    if facets.type.sort == "text" and facets.type.kind != "boolean":
        yield (
            "pattern",
            "".join(f"(?=(?:{one})$)" for one in facets.patterns[:-1]) + "".join(facets.patterns[-1:]) or None,
        )
        yield "enum", list(facets.one_of or ("Y", "N") * (facets.type.kind == "flag")) or None


def _strptime(mask: str) -> str:
    form = mask_forms(mask)[1]
    return f"{form}{mask[-3]}%f" if mask.endswith("FF") else form


def _foreign_keys(contract: Contract, file: File) -> Iterator[dict[str, Any]]:
    """The parent, where one key tells it and it is always in the payload; and what must occur in another file."""
    if file.parent and len(file.parent.by) == 1 and not file.parent.or_list:
        by = file.parent.by[0]
        if by.keys() <= set(file.written):
            yield _reference(list(by), file.parent.file, list(by.values()))
    for rule in contract.rules.values():
        spec = rule.spec
        if rule.kind == "exists" and rule.file == file.id and not rule.when and not {"where", "or_list"} & spec.keys():
            yield _reference(spec["columns"], spec["in"], spec["match"])


def _reference(fields: list[str], resource: str, their: list[str]) -> dict[str, Any]:
    return {"fields": fields, "reference": {"resource": resource, "fields": their}}

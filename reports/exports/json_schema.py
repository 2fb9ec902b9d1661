"""A contract as a JSON Schema (2020-12) of its records: what can be said of one record, and of the files together.

A record is an object of texts as they stand in the file, as readers of the harness give it; a blank is null or absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlglot import exp

from contracts import Contract, File, Rule, Type
from contracts.model import TOKENS
from reports.exports.facets import Facets, facets_of, mask_of

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_BLANK = {"$ref": "#/$defs/blank"}
_ACTION = {"description": "HDL instruction; absent is MERGE", "enum": ["MERGE", "DELETE", None]}
_WORDS = {"flag": ("Y", "N"), "boolean": ("true", "false")}
_ABOUT = (
    "A payload: for each file the list of its records. A record is an object of texts as they stand in the file;"
    " a blank is null or absent. What needs other records, other files or lists is said by the contract alone."
)
_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_MASKS = (
    ("YYYY", "[0-9]{4}"),
    ("HH24", "(?:[01][0-9]|2[0-3])"),
    ("MI", "[0-5][0-9]"),
    ("SS", "[0-5][0-9]"),
    ("MM", _MONTH),
    ("DD", _DAY),
    ("YY", "[0-9]{2}"),
    ("FF", "[0-9]{1,9}"),
)


def json_schema(contract: Contract) -> bytes:
    """Return the schema of a payload; ``$defs`` has the schema of a record of each file."""
    schema = {
        "$schema": DRAFT,
        "$id": f"urn:contract:{contract.id}:{contract.version}",
        "title": contract.title,
        "description": f"{contract.summary} {_ABOUT}".strip(),
        "$comment": f"{contract.id} {contract.version}, release {contract.release or '-'}, profile {contract.profile}",
        "type": "object",
        "properties": {file.id: _records(file) for file in contract.files.values()},
        "required": [file.id for file in contract.roots if not file.optional and contract.channel != "hdl"],
        "additionalProperties": False,
        "$defs": {
            "blank": {"enum": [None, *TOKENS]},
            **{file.id: _record(contract, file) for file in contract.files.values()},
        },
    }
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()


def _records(file: File) -> dict[str, Any]:
    least, most = file.rows or (0, None)
    return {
        "type": "array",
        "items": {"$ref": f"#/$defs/{file.id}"},
        **({"minItems": least} if least else {}),
        **({"maxItems": most} if most is not None else {}),
    }


def _record(contract: Contract, file: File) -> dict[str, Any]:
    facets = facets_of(contract, file)
    said = {rule.id: list(_consequences(rule, one, file)) for one in facets.values() for rule in one.conditional}
    conditional = [one for found in said.values() for one in found]
    hdl = contract.channel == "hdl"
    return {
        "type": "object",
        "title": ", ".join(file.names) or file.id,
        "properties": {
            **({"_action": _ACTION} if hdl else {}),
            **{name: _value(facets[name], file, said) for name in file.written},
        },
        "patternProperties": {"^_": {"type": ["string", "number", "null"]}},  # numbers and marks that readers add
        "required": [name for name in file.written if facets[name].required],
        "additionalProperties": hdl,  # of the attributes of a business object the layouts know a part
        **({"allOf": conditional} if conditional else {}),
    }


def _value(facets: Facets, file: File, said: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a value. Blank passes every facet but ``required``."""
    told = [f"{rule.title} ({_when(rule)})" for rule in facets.conditional if not said[rule.id]]
    words = {"title": facets.column.label.lstrip("*"), "description": "; ".join([*_about(facets), *told])}
    head = {name: text for name, text in words.items() if text}
    if facets.blank:
        return {**head, **_BLANK}
    asked = _asked(facets, file)
    if facets.required:
        return {**head, "type": "string", **asked, "not": _BLANK}
    if asked.keys() <= {"maxLength"} and asked.get("maxLength", 9) >= max(map(len, TOKENS)):
        return {**head, "type": ["string", "null"], **asked}
    return {**head, "anyOf": [_BLANK, {"type": "string", **asked}]}


def _about(facets: Facets) -> Iterator[str]:
    """What the schema has no word for: the district's, the type behind a pattern, bounds, lists, personal data."""
    if facets.column.note:
        yield facets.column.note
    if facets.type.kind != "text":
        yield str(facets.type)
    if facets.bounds:
        yield f"from {facets.bounds[0]} to {facets.bounds[1]}"
    yield from (f"on the list {name}" for name in facets.lists)
    if facets.column.masked:
        yield "personal data"


def _when(rule: Rule) -> str:
    return "; ".join(one.text for one in rule.conditions.values()) or "in some contexts"


def _asked(facets: Facets, file: File) -> dict[str, Any]:
    asked: dict[str, Any] = {"minLength": 1} if facets.required else {}
    if facets.length:
        asked["maxLength"] = facets.length
    patterns = [
        *([type_pattern(facets.type, mask_of(facets.type, file))] if facets.type.kind != "text" else []),
        *(f"^(?:{pattern})$" for pattern in facets.patterns),
    ]
    if patterns:
        asked["pattern"] = patterns[0]
    if facets.one_of is not None:
        asked["enum"] = list(facets.one_of)
    return asked | ({"allOf": [{"pattern": one} for one in patterns[1:]]} if patterns[1:] else {})


def type_pattern(kind: Type, mask: str) -> str:
    """Return the regular expression of all texts that are a value of the type; the calendar is not looked at."""
    if kind.kind in _WORDS:
        return f"^(?:{'|'.join(_WORDS[kind.kind])})$"
    if kind.sort == "number":
        return f"^[+-]?(?=[.,]?[0-9]){_digits(kind)}$"
    pattern, rest = "", mask
    while rest:
        part = next((one for one in _MASKS if rest.startswith(one[0])), None)
        pattern += part[1] if part else f"\\{rest[0]}" if rest[0] in ".+*?()[]{}|^$\\" else rest[0]
        rest = rest[len(part[0]) if part else 1 :]
    return f"^{pattern}$"


def _digits(kind: Type) -> str:
    """Zeros in front and at the end of the decimals count for nothing; either sign may stand for the point."""
    if kind.kind == "integer":
        return f"0*[0-9]{{0,{kind.size or 28}}}(?:[.,]0*)?"
    if kind.size and kind.scale is not None:
        return f"0*[0-9]{{0,{kind.size - kind.scale}}}(?:[.,][0-9]{{0,{min(kind.scale, 10)}}}0*)?"
    decimals = "[.,][0-9]{0,10}0*"
    if kind.size:  # significant digits, wherever the point stands
        significant = f"(?=0*[.,]?0*(?:[0-9][.,]?){{0,{kind.size}}}0*$)"
        return f"(?:0*[0-9]{{0,{kind.size}}}|{significant}[0-9]{{0,28}}{decimals})"
    return f"[0-9]{{0,28}}(?:{decimals})?"


# what depends on other columns


def _consequences(rule: Rule, facets: Facets, file: File) -> Iterator[dict[str, Any]]:
    """If/then for a column that is due where a plain condition holds, and for slots of a flexfield; else nothing."""
    name = rule.column
    if rule.kind == "required" and "contexts" not in rule.spec:
        when = _true(rule.conditions["when"].tree, file)
        if when is not None:
            yield {"$comment": rule.id, "if": when, "then": _is_given(name)}
    elif "meant" in rule.spec:
        means = _among(rule.spec["context"], rule.spec["meant"])
        yield {"$comment": rule.id, "if": {"not": means}, "then": {"properties": {name: _BLANK}}}
    elif "contexts" in rule.spec and not rule.conditions:
        for context, spec in rule.spec["contexts"]:
            then = _slot(rule.kind, spec, name, facets, file)
            if then is not None:
                means = {"if": _among(rule.spec["context"], [context])} if context else {"if": True}
                yield {"$comment": rule.id, **means, "then": then}


def _slot(kind: str, spec: Mapping[str, Any], name: str, facets: Facets, file: File) -> dict[str, Any] | None:
    asked: dict[str, Any]
    match kind:
        case "required":
            return _is_given(name)
        case "length":
            asked = {"maxLength": int(spec["size"])}
        case "one_of":
            asked = {"enum": list(spec["one_of"])}
        case "pattern":
            asked = {"pattern": f"^(?:{spec['pattern']})$"}
        case "type":
            asked = {"pattern": type_pattern(spec["type"], mask_of(spec["type"], file))}
        case _:
            return None
    return {"properties": {name: {"anyOf": [_BLANK, asked]}}}


def _is_given(name: str) -> dict[str, Any]:
    return {"properties": {name: {"not": _BLANK}}, "required": [name]}


def _among(name: str, values: Sequence[str]) -> dict[str, Any]:
    if name == "_action" and "MERGE" in values:
        return {"properties": {name: {"enum": [*values, None]}}}
    return {"properties": {name: {"enum": list(values)}}, "required": [name]}


def _true(node: exp.Expr, file: File) -> dict[str, Any] | None:
    """The schema of records for which a condition is true; None unless it compares texts and asks what is given."""
    match node:
        case exp.Paren():
            return _true(node.this, file)
        case exp.And() | exp.Or():
            parts = [_true(node.this, file), _true(node.expression, file)]
            return None if None in parts else {"allOf" if isinstance(node, exp.And) else "anyOf": parts}
        case exp.EQ() if (name := _text_column(node.this, file)) and _is_text(node.expression):
            return _among(name, [node.expression.name])
        case exp.In() if not node.args.get("negate") and (name := _text_column(node.this, file)):
            return _among(name, [one.name for one in node.expressions])
        case exp.Is():
            given = _given(node.this, file)
            return None if given is None else {"not": given}
        case exp.Not() if isinstance(node.this, exp.Is):
            return _given(node.this.this, file)
    return None


def _given(node: exp.Expr, file: File) -> dict[str, Any] | None:
    """The schema of records in which a value is known: of texts put together each, of alternatives one."""
    match node:
        case exp.Paren():
            return _given(node.this, file)
        case exp.Column():
            return _is_given(node.name) if not node.table and node.name in file.written else None
        case exp.DPipe():
            parts = [_given(node.this, file), _given(node.expression, file)]
            return None if None in parts else {"allOf": parts}
        case exp.Coalesce():
            parts = [_given(one, file) for one in (node.this, *node.expressions)]
            return None if None in parts else {"anyOf": parts}
    return None


def _text_column(node: exp.Expr, file: File) -> str:
    """The name of a text column of the file itself, "" for anything else."""
    if not isinstance(node, exp.Column) or node.table:
        return ""
    known = node.name in file.written and file.columns[node.name].type.sort == "text"
    return node.name if known or node.name == "_action" else ""


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)

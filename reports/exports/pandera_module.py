"""A contract as a Python module of pandera schemas that stands alone: it needs polars and pandera, and no harness.

It finds what the harness finds, rule by rule and record by record, as far as one file by itself can tell; the rules for
which it takes more are named in it with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlglot import exp

from contracts import Condition, Contract, File, Rule, Type
from contracts.typing import mask_forms
from reports.exports.facets import mask_of

_STANDALONE = Path(__file__).with_name("standalone.py")
_ELSEWHERE = {
    **dict.fromkeys(("list", "in_list", "within"), "the values of its list are not part of this module"),
    **dict.fromkeys(("exists", "totals", "parent"), "looks at another file"),
    **dict.fromkeys(("gap", "overlap", "order", "disjoint"), "looks at histories of records"),
    "python": "is a function of the harness",
}
"""Kind of a rule -> why it is not in the module."""
_OTHERWISE = (exp.Cast, exp.Mul, exp.Div, exp.Mod, exp.Greatest, exp.Least, exp.Avg)
"""What polars' SQL reads in another way than the contract: other precision, other blanks."""
_WORDS = {"flag": ("Y", "N"), "boolean": ("true", "false")}


class _ElsewhereError(Exception):
    """Why a rule is not in the module."""


def pandera_module(contract: Contract) -> bytes:
    """Return the source of the module: ``SCHEMAS`` has a schema per file id."""
    copied = _STANDALONE.read_text(encoding="utf-8").partition("from __future__")[2]
    parts = [_head(contract), f"from __future__{copied}\n", "# the contract\n", "SCHEMAS = {"]
    for file in contract.files.values():
        parts += _schema(contract, file)
    return ("\n".join([*parts, "}"]) + "\n").encode()


def _head(contract: Contract) -> str:
    release = f" for release {contract.release}" if contract.release else ""
    first = _literal(next(iter(contract.files)))
    lines = [
        f"{contract.title}: {contract.id} {contract.version}{release}, profile {contract.profile}.",
        "",
        "Written by `harness export`. SCHEMAS has a pandera schema per file, of frames of texts with blanks as null:",
        f"SCHEMAS[{first}].validate(frame, lazy=True). Rules for which one file is not enough are named at its end.",
    ]
    return '"""' + "\n".join(_line(line).replace('"""', "'''").replace("\\", "/") for line in lines) + '\n"""\n'


def _schema(contract: Contract, file: File) -> Iterator[str]:
    columns = {**({"_action": Type("text")} if contract.channel == "hdl" else {}), **_types(file)}
    yield f"    {_literal(file.id)}: schema("
    yield f"        {_literal(f'{contract.id}.{file.id}')},"
    yield "        {"
    for name, kind in columns.items():
        yield f"            {_literal(name)}: {_type(kind, file)},{_remark(file, name)}"
    yield "        },"
    yield "        ["
    elsewhere = []
    for rule in contract.rules.values():
        if rule.file == file.id and rule.kind != "shape":
            try:
                calls = list(_calls(contract, file, rule))
            except _ElsewhereError as reason:
                elsewhere.append(f"{rule.id}: {reason}")
                continue
            if rule.written:
                predicts = f", predicts {rule.code}" if rule.code else ""
                yield f"            # {_line(rule.title)} ({rule.severity}{predicts})"
            yield from (f"            {call}," for call in calls)
    if elsewhere:
        yield "            # Not told here:"
        yield from (f"            #   {_line(one)}" for one in elsewhere)
    yield "        ],"
    yield "    ),"


def _types(file: File) -> Mapping[str, Type]:
    return {name: column.type for name, column in file.columns.items()}


def _remark(file: File, name: str) -> str:
    column = file.columns.get(name)
    if column is None:
        return "  # instruction of the line"
    words = [str(column.position or ""), _line(column.label.lstrip("*")), "(personal data)" * column.masked]
    told = " ".join(word for word in words if word)
    return f"  # {told}" if told else ""


def _line(text: str) -> str:
    """The text as one line of a comment."""
    return " ".join(text.split())


def _literal(value: Any) -> str:
    """Texts, numbers and lists of them as Python writes them; JSON writes them alike."""
    return json.dumps(value, ensure_ascii=False)


def _type(kind: Type, file: File) -> str:
    mask = mask_of(kind, file)
    match kind.kind:
        case "text":
            return "text"
        case "flag" | "boolean":
            return f"words({', '.join(map(_literal, _WORDS[kind.kind]))})"
        case "date":
            return f"day({_literal(mask_forms(mask)[1])})"
        case "timestamp":
            fraction = f", fraction={_literal(mask[-3])}" if mask.endswith("FF") else ""
            return f"moment({_literal(mask_forms(mask)[1])}{fraction})"
    size = [str(part) for part in (kind.size, kind.scale) if part is not None]
    return f"number({', '.join([*size, *(['whole=True'] if kind.kind == 'integer' else [])])})"


# rules


def _calls(contract: Contract, file: File, rule: Rule) -> Iterator[str]:
    """The calls that make the rule; raises _ElsewhereError with the reason where none can."""
    if reason := _ELSEWHERE.get(rule.kind):
        raise _ElsewhereError(reason)
    if "contexts" in rule.spec:
        for context, spec in rule.spec["contexts"]:
            condition = rule.conditions.get(f"when {context}")
            call = _facet(file, rule, spec, _when(file, condition))
            around = f"in_context({_literal(rule.spec['context'])}, {_literal(context)}, {{}})" if context else "{}"
            yield around.format(call) if context else call
        return
    when = _when(file, rule.conditions.get("when"))
    match rule.kind:
        case "row":
            yield f"row({_literal(rule.id)}, {_sql(file, rule.conditions['check'])}{when})"
        case "group":
            by = _literal(list(_grouped(contract, file, rule)))
            yield f"group({_literal(rule.id)}, {by}, {_sql(file, rule.conditions['check'])}{when})"
        case "unique":
            if "completed" in rule.spec:
                raise _ElsewhereError(_ELSEWHERE["list"])
            yield f"unique({_literal(rule.id)}, {_literal(_own(file, rule.spec['unique']))}{when})"
        case _:
            yield _facet(file, rule, rule.spec, when)


def _facet(file: File, rule: Rule, spec: Mapping[str, Any], when: str) -> str:
    names = f"{_literal(rule.id)}, {_literal(rule.column)}"
    match rule.kind:
        case "required":
            return f"required({names}{when})"
        case "type":
            alone = spec["own"] == spec["type"] or spec.get("subsumes")
            unless = "" if alone else f", unless={_type(spec['own'], file)}"
            return f"of_type({names}, {_type(spec['type'], file)}{unless})"
        case "length":
            size, buffer = int(spec["size"]), int(spec["buffer"])
            loaded = f", in_bytes={buffer}" if spec.get("in_bytes") and 4 * size > buffer else ""
            return f"length({names}, {size}{loaded})"
        case "one_of":
            return f"one_of({names}, {_literal(list(spec['one_of']))})"
        case "pattern":
            return f"pattern({names}, {_literal(spec['pattern'])})"
        case "range":
            low, high = (_bound(str(bound), file.columns[rule.column].type) for bound in spec["range"])
            return f"between({names}, {low}, {high})"
        case "unlisted" if "meant" in spec:
            return f"blank({names}, unless={_literal(spec['context'])}, meant={_literal(list(spec['meant']))})"
        case "unlisted":
            return f"blank({names})"
    raise _ElsewhereError(_ELSEWHERE.get(rule.kind, f"is a rule of the kind {rule.kind}"))


def _bound(text: str, kind: Type) -> str:
    made = {"number": "Decimal({})", "date": "date.fromisoformat({})", "timestamp": "datetime.fromisoformat({})"}
    return made[kind.sort].format(_literal(text))


def _grouped(contract: Contract, file: File, rule: Rule) -> list[str]:
    by = rule.spec["group_by"]
    if by == "accept_unit":
        if file.parent or len(file.accept_unit) != 1 or contract.aliases or file.accept_unit[0] == ("_row",):
            raise _ElsewhereError("groups by an accept unit that several keys tell")
        by = file.accept_unit[0]
    return _own(file, by)


def _own(file: File, names: Any) -> list[str]:
    """The names, if all are columns of the file."""
    for name in names:
        if name not in file.columns and name != "_action":
            above = "." in name and not name.startswith("_")
            raise _ElsewhereError("looks at another file" if above else "asks where a record stands in its file")
    return list(names)


def _when(file: File, condition: Condition | None) -> str:
    return f", when={_sql(file, condition)}" if condition else ""


def _sql(file: File, condition: Condition) -> str:
    """The condition for polars' SQL, which reads it as the contract does."""
    _own(file, condition.columns)
    if other := next(condition.tree.find_all(*_OTHERWISE), None):
        raise _ElsewhereError(f"polars' SQL reads {other.key.upper()} in another way")
    trims = list(condition.tree.find_all(exp.Trim))
    if not trims:
        return _literal(condition.text)
    tree = condition.tree.copy()
    for node in tree.find_all(exp.Trim):  # of blanks alone, tabs stay
        node.set("position", "BOTH")
        node.set("expression", exp.Literal.string(" "))
    return _literal(tree.sql(dialect="postgres"))

"""What to do about a finding, in one clause."""

from __future__ import annotations

from contracts.facets import title
from contracts.model import Contract, Rule
from contracts.shapes import shape_todo


def advice(rule: Rule, contract: Contract) -> str:
    """What the sender of the payload should do where ``rule`` failed."""
    if rule.kind in ("shape", "package"):
        return shape_todo(rule, contract.channel)
    spec = rule.contexts[0][1]
    match rule.kind:
        case "required":
            return "give a value"
        case "type":
            return "write " + title(rule.column, "type", spec).partition(" is ")[2]
        case "length":
            return f"shorten it to {spec['size']} characters" + (
                f", {spec['buffer']} bytes" if spec.get("in_bytes") else ""
            )
        case "one_of":
            return f"write one of {', '.join(spec['one_of'])}"
        case "pattern":
            return f"write it as {spec['pattern']}"
        case "range":
            return f"keep it between {spec['range'][0]} and {spec['range'][1]}"
        case "list":
            return f"use a value of the list {spec['list']}{_about(contract, spec['list'])}"
        case "unlisted":
            return "leave it blank, or list the column in the contract"
        case "parent":
            return f"add the {contract.files[rule.file].parent.file} record, or load it first"  # type: ignore[union-attr]
        case "gap" | "overlap" | "order":
            return "correct the dates or the sequence of the record's rows"
        case "row" | "group":
            return f"expected: {spec['check']}"
        case "unique":
            return f"send each {', '.join(spec['unique'])} once"
        case "exists":
            return f"add the record to {spec['in']}"
        case "totals":
            return f"make {spec['here']} equal to {spec['there']} of {spec['in']}"
        case "in_list":
            verb = "use no combination that is on" if spec.get("absent") else "use a combination of"
            return f"{verb} the list {spec['list']}{_about(contract, spec['list'])}"
        case "within":
            return f"use a date inside a window of the list {spec['list']}{_about(contract, spec['list'])}"
        case "disjoint":
            return "let one of them end before the other begins"
        case _:
            return rule.why


def _about(contract: Contract, name: str) -> str:
    about = contract.lists[name].about
    return f" ({about})" if about else ""


def without_code(rule: Rule) -> str:
    """Return what is predicted of a rule that cites no code of Oracle's tables."""
    if rule.code == "load":
        return "load: SQL*Loader refuses the record, and with it the file (unconfirmed)"
    return "nothing: Fusion may take it"

"""How the files of a draft hang together: accept units, business keys, parents. All of it is guessed, and asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.drafting.guesses import business_key, parent_of
from harness.drafting.layout_files import LayoutFile
from harness.drafting.source import Source, SourceFile


@dataclass(frozen=True)
class Plan:
    """How a file hangs together with the others: statements of the contract, and the columns they name."""

    facts: dict[str, Any]
    keys: Sequence[str]


def plan(source: Source, ids: Mapping[str, str], layouts: Mapping[str, LayoutFile]) -> dict[str, Plan]:
    """Return the plan of each file by stem: its accept unit and business key, or its parent, and what to ask."""
    names: dict[str, Sequence[str]] = {}
    links: dict[str, tuple[str, str] | None] = {}
    for file in source.files:
        own = layouts[file.stem].names if file.stem in layouts else file.names
        links[file.stem] = _link(file, own, names, layouts)
        names[file.stem] = own
    found: dict[str, Plan] = {}
    for file in source.files:
        layout, link = layouts.get(file.stem), links[file.stem]
        if link:
            made, asked = _below(file, ids[link[0]], link[1])
        else:
            local = next((by for above, by in filter(None, links.values()) if above == file.stem and by), "")
            made, asked = _root(file, names[file.stem], local, layout)
        named = [file.question] if file.question and not (layout and layout.former) else []
        questions = " ".join([*named, *asked])
        found[file.stem] = Plan({**made.facts, "unconfirmed": questions} if questions else made.facts, made.keys)
    return found


def _below(file: SourceFile, parent: str, by: str) -> tuple[Plan, list[str]]:
    """The plan of a file whose records belong to those of another, and what to ask about it."""
    if not by:
        asked = [] if file.parent else [f"Does a record belong to the {parent} record that it names?"]
        return Plan({"parent": {"file": parent}}, []), asked
    return Plan({"parent": {"file": parent, "by": [by]}}, [by]), [
        f"Does a record belong to the {parent} record of the same {by}?"
    ]


def _link(
    file: SourceFile, names: Sequence[str], earlier: Mapping[str, Sequence[str]], layouts: Mapping[str, LayoutFile]
) -> tuple[str, str] | None:
    """The file in whose records this one's belong, and the column that says so ("" = nesting, or the HDL layout)."""
    if file.parent:
        return file.parent, ""
    if "/" in file.stem:
        return next(
            ((one, "") for one in reversed(list(earlier)) if _derivable(layouts[file.stem], layouts[one])), None
        )
    return None if file.record_type else parent_of(names, earlier)


def _derivable(child: LayoutFile, parent: LayoutFile) -> bool:
    """Whether the key roles of a component's layout name a parent of this component."""
    component = parent.stem.rpartition("/")[2]
    known = child.former.columns if child.former else {}
    keys = [(known[name].key_role, known[name].foreign_key) for name in child.names if name in known]
    keys += [(row["key_role"], row["foreign_key"]) for row in child.rows if not known]
    return ("parent", f"{component}.SourceSystemId") in keys


def _root(file: SourceFile, names: Sequence[str], local: str, layout: LayoutFile | None) -> tuple[Plan, list[str]]:
    """The plan of a file with units of its own, and what to ask about it. ``local`` ties other files to its records."""
    if "/" in file.stem and {"SourceSystemOwner", "SourceSystemId"} <= set(names):
        key = ["SourceSystemOwner", "SourceSystemId"]
        return Plan({"accept_unit": [key]}, key), [f"Do {' and '.join(key)} name a record on every line?"]
    if layout:
        required = [row["column"] for row in layout.rows if row["required"] == "Y" and row["column"] in names]
    else:
        required = [column.name for column in file.columns if column.required == "Y"]
    key = business_key(names, required, local)
    facts = {"accept_unit": [local or "_row"], "business_key": key}
    keys = dict.fromkeys(([local] if local else []) + key)
    unit = f"each {local}, with all records that name it," if local else "each record"
    return Plan(facts, list(keys)), [f"Is {unit} a business transaction, and is it named for good by {', '.join(key)}?"]

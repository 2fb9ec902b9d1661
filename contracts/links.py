"""Parents and histories: what ties the records of a payload together, and the rules that implies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts import columns as statements
from contracts.model import ABOVE, OWN, File, History, Parent, Rule
from contracts.nesting import BY_PLACE, marked

if TYPE_CHECKING:
    from contracts.effective import Assembly


def link_parent(assembly: Assembly, identity: str) -> None:
    """Link a file to its parent and add the implied rule `<file>.parent`."""
    spec = assembly.library.data["files"][identity].get("parent")
    if not spec:
        return
    if spec["file"] not in assembly.files or spec["file"] == identity:
        assembly.library.fault(
            f"no file {spec['file']}", "files", identity, "parent", todo=f"use one of: {', '.join(assembly.files)}"
        )
        return
    if _in_circle(assembly, identity):
        assembly.library.fault(
            f"{identity} is an ancestor of itself", "files", identity, "parent", todo="one file has no parent: the root"
        )
        return
    if not spec.get("by") and assembly.library.data["channel"] != "hdl":
        above = assembly.files[spec["file"]] = marked(assembly.files[spec["file"]], OWN)
        own = marked(assembly.files[identity], ABOVE)
        assembly.files[identity] = replace(own, names=own.names or above.names)  # both stand in one member
        spec = {**spec, "by": [BY_PLACE]}
    alternatives = _alternatives_by(spec.get("by"), assembly.files[identity], assembly.files[spec["file"]])
    if not alternatives:
        assembly.library.fault("the parent's key cannot be derived", "files", identity, "parent", todo="write `by`")
        return
    for alternative in alternatives:
        assembly.known(identity, alternative, assembly.library, "files", identity, "parent")
        assembly.known(spec["file"], alternative.values(), assembly.library, "files", identity, "parent")
        _same_sorts(assembly, identity, spec["file"], alternative)
    if "or_list" in spec and not _usable_list(assembly, identity, spec["or_list"], alternatives):
        return
    parent = Parent(spec["file"], alternatives, spec.get("or_list", ""))
    assembly.files[identity] = replace(assembly.files[identity], parent=parent)
    if code := spec.get("rejects", ""):
        assembly.check_code(code, assembly.library, "files", identity, "parent")
    columns = tuple(dict.fromkeys(name for alternative in alternatives for name in alternative))
    assembly.add(
        Rule(
            id=f"{identity}.parent",
            kind="parent",
            file=identity,
            title=f"The {parent.file} record it belongs to is in the payload"
            + (" or in the pod" if parent.or_list else ""),
            severity=spec.get("severity", assembly.defaults.severity["parent"]),
            columns=columns,
            code=assembly.defaults.predicts(code or assembly.defaults.rejects.get("parent", "")),
            basis="oracle",
            place=assembly.place(assembly.library, "files", identity, "parent"),
        ),
        assembly.library,
        "files",
        identity,
        "parent",
    )


def _in_circle(assembly: Assembly, identity: str) -> bool:
    """True if the chain of parents of a file comes back to it."""
    files, seen = assembly.library.data["files"], [identity]
    while (above := files.get(seen[-1], {}).get("parent", {}).get("file")) and above not in seen:
        seen.append(above)
    return bool(above == identity)


def _same_sorts(assembly: Assembly, child: str, parent: str, alternative: Mapping[str, str]) -> None:
    own, above = assembly.files[child].columns, assembly.files[parent].columns
    for name, match in alternative.items():
        if name in own and match in above and own[name].type.sort != above[match].type.sort:
            assembly.library.fault(
                f"{name} is a {own[name].type.sort}, {match} of {parent} a {above[match].type.sort}",
                "files", child, "parent", todo="give both the same type", level="warning",
            )  # fmt: skip


def _usable_list(assembly: Assembly, child: str, name: str, alternatives: Sequence[Mapping[str, str]]) -> bool:
    """True if the list in which a parent may stand is declared and has the columns of one alternative at least."""
    reference = assembly.lists.get(name)
    if reference is None:
        assembly.library.fault(f"no list {name}", "files", child, "parent", todo="declare it under `lists`")
        return False
    if reference.columns and not any(set(one.values()) <= set(reference.columns) for one in alternatives):
        what = f"list {name} has not the columns of the parent's key"
        assembly.library.fault(what, "files", child, "parent", todo="its columns are named as the parent's")
        return False
    return True


def link_history(assembly: Assembly, identity: str, spec: Mapping[str, Any]) -> None:
    """Give a file its history and the implied rules `.gap`, `.overlap` and `.order`."""
    if "history" not in spec:
        return
    stated = spec["history"]
    history = History(
        statements.keys(stated["key"]),
        stated["from"],
        stated["to"],
        stated.get("sequence", ""),
        stated.get("gaps", "refused"),
    )
    names = {name for key in history.key for name in key} | {history.start, history.end} | ({history.sequence} - {""})
    if not assembly.known(identity, names, assembly.library, "files", identity, "history"):
        return
    assembly.files[identity] = replace(assembly.files[identity], history=history)
    words = {
        "overlap": "do not overlap",
        "order": "begin before they end, changes of a day count 1..n",
        "gap": "have no gap",
    }
    for kind in ("overlap", "order", *(("gap",) if history.gaps == "refused" else ())):
        rule = Rule(
            id=f"{identity}.{kind}",
            kind=kind,
            file=identity,
            title=f"The dated rows of one {identity} record {words[kind]}",
            severity=assembly.defaults.severity[kind],
            columns=tuple(name for name in (history.start, history.end, history.sequence) if name),
            basis="oracle",
            place=assembly.place(assembly.library, "files", identity, "history"),
        )
        assembly.add(rule, assembly.library, "files", identity, "history")


def _alternatives_by(by: Sequence[Any] | None, child: File, parent: File) -> tuple[Mapping[str, str], ...]:
    if by:
        if isinstance(by[0], str):
            return ({name: name for name in by},)
        return tuple(dict(alternative) for alternative in by)
    return tuple(_derived(child, parent))


def _derived(child: File, parent: File) -> Iterable[Mapping[str, str]]:
    """HDL: the alternatives that the layout's key roles and foreign keys give, source key first, then user keys."""
    for name, column in child.columns.items():
        if column.key_role == "parent" and column.foreign_key == f"{parent.component}.SourceSystemId":
            owner = {"SourceSystemOwner": "SourceSystemOwner"} if "SourceSystemOwner" in child.columns else {}
            yield {**owner, name: "SourceSystemId"}
    for name, column in child.columns.items():
        component, _, attribute = column.foreign_key.partition(".")
        if column.key_role == "user_key" and component == parent.component and attribute in parent.columns:
            yield {name: attribute}

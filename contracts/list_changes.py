"""What becomes of the reference lists of a contract: their values, and how old they may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts.changes import Change, listing
from contracts.model import Contract, ReferenceList, Rule
from contracts.rules import lists_of


def list_changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Yield what became of each list: bound or not, values that came or went, columns, age."""
    for name in dict.fromkeys([*old.lists, *new.lists]):
        before, after = old.lists.get(name), new.lists.get(name)
        if before is None or after is None:
            came = after is not None
            what = f"list {name} is {'declared' if came else 'no longer declared'}"
            yield _change(after or before, "added" if came else "removed", "words", what)
        else:
            yield from _changed(before, after, [rule for rule in new.rules.values() if name in _read(rule, new)])


def _read(rule: Rule, contract: Contract) -> set[str]:
    """Names of the lists at which a rule looks, those that only help it among them."""
    names = {one.id for one in lists_of(rule, contract)}
    names |= {rule.spec.get("or_list", ""), rule.spec.get("completed", {}).get("list", "")}
    parent = contract.files[rule.file].parent if rule.kind == "parent" else None
    return names | {parent.or_list} if parent else names


def _change(one: ReferenceList | None, verb: str, row: str, what: str) -> Change:
    assert one is not None
    return Change(f"lists.{one.id}.{verb}", row, what, place=None if verb == "removed" else one.place)


def _changed(old: ReferenceList, new: ReferenceList, readers: Sequence[Rule]) -> Iterator[Change]:
    if (old.columns, old.key) != (new.columns, new.key):
        yield _change(new, "columns", "rewritten", f"list {new.id} has the columns {', '.join(new.columns)}")
    if _bound(old) != _bound(new):
        bound = _bound(new)
        what = f"list {new.id} is {'bound: its rules are checked' if bound else 'not bound: its rules are not checked'}"
        yield _change(new, "bound" if bound else "unbound", "tightened" if bound else "dropped", what)
    elif change := _values(old, new, readers):
        yield change
    if not _bound(new):
        return
    if _older(old, new):
        yield _change(new, "staler", "weakened", f"list {new.id} may be older: {_age(new)}, was {_age(old)}")
    elif (old.taken, old.max_age_days) != (new.taken, new.max_age_days) and _bound(old):
        row = "words" if old.max_age_days == new.max_age_days else "strengthened"
        yield _change(new, "fresher", row, f"list {new.id}: {_age(new)}, was {_age(old)}")


def _bound(one: ReferenceList) -> bool:
    """Whether a check has values of it; sample rows serve examples only."""
    return one.rows is not None and not one.sample


def _values(old: ReferenceList, new: ReferenceList, readers: Sequence[Rule]) -> Change | None:
    before, after = _rows(old), _rows(new)
    if before == after:
        return None
    if not _bound(new):
        return _change(new, "sample", "words", f"other sample rows of list {new.id}")
    sides = ((before, after), (after, before))
    gone, came = ([" ".join(row) for row in some if row not in other] for some, other in sides)
    words = [f"without {listing(gone)}"] * bool(gone) + [f"also {listing(came)}"] * bool(came)
    what = f"values of list {new.id}: {', '.join(words) or 'other repetitions'}"
    if not all(_takes_what_is_listed(rule) for rule in readers):
        return _change(new, "values", "rewritten", what)
    row = "exchanged" if gone and came else "tightened" if gone else "loosened" if came else "words"
    return _change(new, "values", row, what)


def _rows(one: ReferenceList) -> dict[tuple[str, ...], None]:
    if one.rows is None:
        return {}
    rows = one.rows.select(sorted(one.rows.columns)).fill_null("").iter_rows()
    return dict.fromkeys(rows)


def _takes_what_is_listed(rule: Rule) -> bool:
    """Whether more rows let more pass. Not so where rows forbid, filter or complete: that is for replay to decide."""
    if rule.kind in ("list", "within"):
        return True
    return rule.kind in ("in_list", "exists", "parent") and not {"absent", "listed"} & rule.spec.keys()


def _older(old: ReferenceList, new: ReferenceList) -> bool:
    """Whether the list may be older than before, or is: a limit that went or grew, values taken earlier."""
    limits = [one.max_age_days if one.max_age_days is not None else float("inf") for one in (old, new)]
    return _bound(old) and (limits[1] > limits[0] or new.taken < old.taken)


def _age(one: ReferenceList) -> str:
    limit = f"at most {one.max_age_days} days old" if one.max_age_days is not None else "of any age"
    return f"taken {one.taken or 'at no stated day'}, {limit}"

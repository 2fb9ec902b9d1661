"""What becomes of the rules of a contract: those that columns imply, and those that are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from os.path import commonprefix
from typing import Any

from contracts.changes import Change, listing
from contracts.model import Contract, Rule
from contracts.results import BLOCKING, SEVERITIES

Rules = Mapping[str, Rule]


def rule_changes(old: Rules, new: Contract) -> list[Change]:
    """Return what became of the rules ``old`` in a contract: came, went, another meaning, severity, code, other words.

    Left to others: types and lengths whose column's type is another one, and columns that came or went.
    """
    found: list[Change] = []
    for rule in {**old, **new.rules}.values():
        before, after = old.get(rule.id), new.rules.get(rule.id)
        if before is None and after is not None:
            found.append(_change(after, "added", "tightened", f"rule added: {after.title}"))
        elif before is not None and after is None:
            found.append(_gone(before, new))
        elif before is not None and after is not None and before != after:
            found += _changed(before, after)
    return _folded(found, new.rules)


def _change(rule: Rule, verb: str, row: str, what: str) -> Change:
    columns = (rule.column,) if rule.column else ()
    return Change(f"{rule.id}.{verb}", row, what, rule.file, columns, rule.id, rule.place)


def _gone(rule: Rule, new: Contract) -> Change:
    """A facet that is dropped lets more pass; a written rule that goes weakens the gate besides."""
    why = f", switched off: {new.disabled[rule.id]}" if rule.id in new.disabled else ""
    row = "dropped" if rule.written or why else "loosened"
    return replace(_change(rule, "removed", row, f"rule removed: {rule.title}{why}"), place=None)


def _changed(old: Rule, new: Rule) -> Iterator[Change]:
    if old.file != new.file or old.kind != new.kind or _meaning(old) != _meaning(new):
        yield _meant(old, new)
    if old.severity != new.severity:
        yield _graded(old, new)
    if (old.code, _predicting(old)) != (new.code, _predicting(new)):
        what = f"predicts {new.code or 'nothing'} instead of {old.code or 'nothing'}"
        yield _change(new, "rejects", "mapping", what if old.code != new.code else "when it predicts its code")
    words = _WORDS if new.written else ("unconfirmed",)  # all else of a facet is made of what it asks for
    if changed := [name for name in words if getattr(old, name) != getattr(new, name)]:
        yield _change(new, "words", "words", f"other words: {', '.join(changed)}")


_WORDS = ("title", "basis", "why", "breaks", "also", "raid", "unconfirmed")
_PREDICTION = ("cited", "buffer", "in_bytes", "own", "subsumes")  # of a facet: when a failure predicts its code


def _meaning(rule: Rule) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What the rule asks for, the layout of its text aside: conditions count by their trees."""
    if rule.kind == "parent":  # what it asks for stands at its file
        return {}, {}
    spec = {key: value for key, value in rule.spec.items() if key not in (*rule.conditions, *_PREDICTION)}
    return spec, {name: condition.tree for name, condition in rule.conditions.items()}


def _predicting(rule: Rule) -> Mapping[str, Any]:
    return {key: rule.spec.get(key) for key in _PREDICTION if "contexts" not in rule.spec}


def _graded(old: Rule, new: Rule) -> Change:
    lowered = SEVERITIES.index(new.severity) > SEVERITIES.index(old.severity)
    crossed = new.severity in BLOCKING and old.severity not in BLOCKING
    row = "weakened" if lowered else "hardened" if crossed else "strengthened"
    what = f"severity {'lowered' if lowered else 'raised'} from {old.severity} to {new.severity}"
    return _change(new, "severity", row, what)


# what a rule asks for


def _meant(old: Rule, new: Rule) -> Change:
    compare = _FACETS.get(new.kind)
    plain = old.kind == new.kind and "contexts" not in old.spec and "contexts" not in new.spec
    row, verb, what = (compare(old, new) if compare and plain else None) or _rewritten(old, new)
    return _change(new, verb, row, what)


Meant = tuple[str, str, str]


def _rewritten(old: Rule, new: Rule) -> Meant:
    parts = [name for name in ("when", "check") if _text(old, name) != _text(new, name)]
    if not parts:
        was = f" (was: {old.title})" if not new.written else ""
        return "rewritten", "text", f"rule changed: {new.title}{was}"
    texts = [f"{name}: {' (was '.join(_parted(_text(new, name), _text(old, name)))})" for name in parts]
    return "rewritten", "text", f"rule changed: {'; '.join(texts)}"


_SHORT = 80  # characters of a condition that is shown as a whole


def _parted(one: str, other: str) -> tuple[str, str]:
    """Two conditions; of long ones what they share at both ends is left out."""
    if max(len(one), len(other)) <= _SHORT:
        return one or "always", other or "always"
    before = len(commonprefix([one, other]))  # noqa: RUF071 - texts
    before = one.rfind(" ", 0, before + 1) + 1
    rests = [text[before:] for text in (one, other)]
    after = len(commonprefix([text[::-1] for text in rests]))  # noqa: RUF071
    shown = [text[: len(text) - after] or "nothing" for text in rests]
    return tuple(f"{'... ' * bool(before)}{text}{'...' * bool(after)}" for text in shown)  # type: ignore[return-value]


def _text(rule: Rule, name: str) -> str:
    return rule.conditions[name].text if name in rule.conditions else ""


def _required(old: Rule, new: Rule) -> Meant | None:
    """Asked always instead of on a condition, or the other way round; another condition is a matter for replay."""
    if not new.conditions:
        return "tightened", "narrowed", f"{new.column} is required always (was: {_text(old, 'when')})"
    if not old.conditions:
        return "loosened", "widened", f"{new.column} is required only where {_text(new, 'when')}"
    return None


def _one_of(old: Rule, new: Rule) -> Meant:
    return values_change(new.column, old.spec["one_of"], new.spec["one_of"])


def values_change(name: str, old: Sequence[Any], new: Sequence[Any]) -> Meant:
    """Return row, verb and words of a change of allowed values."""
    gone, came = ([str(one) for one in some if one not in other] for some, other in ((old, new), (new, old)))
    words = [f"without {listing(gone)}"] * bool(gone) + [f"also {listing(came)}"] * bool(came)
    what = f"values of {name}: {', '.join(words)}"
    if not words:
        return "words", "words", f"values of {name} in another order"
    if gone and came:
        return "exchanged", "exchanged", what
    return ("tightened", "narrowed", what) if gone else ("loosened", "widened", what)


def _range(old: Rule, new: Rule) -> Meant:
    return bounds_change(new.column, old.spec["range"], new.spec["range"])


def bounds_change(name: str, old: Sequence[Any], new: Sequence[Any]) -> Meant:
    """Return row, verb and words of a change of a lowest and a highest value."""
    (low, high), (lowest, highest) = ([_bound(one) for one in bounds] for bounds in (old, new))
    what = f"{name} from {new[0]} to {new[1]}, was {old[0]} to {old[1]}"
    if type(low) is not type(lowest):
        return "exchanged", "exchanged", what
    narrower, wider = lowest > low or highest < high, lowest < low or highest > high
    if narrower and wider:
        return "exchanged", "exchanged", what
    if not narrower and not wider:
        return "words", "words", f"{name}: the same range in other words"
    return ("tightened", "narrowed", what) if narrower else ("loosened", "widened", what)


def _bound(value: Any) -> Any:
    """The bound as it is compared; both ends of a range are of one sort."""
    text = str(value)
    for read in (Decimal, date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except (ValueError, ArithmeticError):
            continue
    return text


def _size(old: Rule, new: Rule) -> Meant:
    before, after = old.spec["size"], new.spec["size"]
    what = f"{new.column} has at most {after} characters, was {before}"
    return ("tightened", "narrowed", what) if after < before else ("loosened", "widened", what)


def _unlisted(old: Rule, new: Rule) -> Meant | None:
    """The contexts in which a flexfield's slot may be filled."""
    if old.spec.get("context") != new.spec.get("context") or not old.spec or not new.spec:
        return None
    return values_change(f"{new.spec['context']} with {new.column}", old.spec["meant"], new.spec["meant"])


_FACETS = {"required": _required, "one_of": _one_of, "range": _range, "length": _size, "unlisted": _unlisted}


# one statement that stands behind many rules


def _folded(changes: Sequence[Change], rules: Rules) -> list[Change]:
    """The changes; what became of several implied rules of one kind and file in the same words is told once."""
    groups: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    for change in changes:
        rule = rules.get(change.rule)
        alike = change.verb in ("severity", "rejects", "words") and rule is not None and not rule.written
        key = (rule.kind, change.file, change.verb, change.what) if alike and rule else (change.id,)
        groups[key].append(change)
    return [_fold(key, group) for key, group in groups.items()]


def _fold(key: tuple[str, ...], group: Sequence[Change]) -> Change:
    if len(group) == 1:
        return group[0]
    kind, file, verb, what = key
    columns = tuple(dict.fromkeys(column for change in group for column in change.columns))
    told = f"{what}: {len(group)} rules of kind {kind}" + (f" ({listing(columns)})" if columns else "")
    return replace(group[0], id=f"{file}.{kind}.{verb}", what=told, columns=columns, rule="")

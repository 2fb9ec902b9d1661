"""What no contract can catch: the places where a fault leaves a payload as good as the right one."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

from harness.mutation.spots import Beyond, Spot, measures, number


def knows_values(spot: Spot) -> bool:
    """True if a rule says which values there are, of this column or of several together."""
    return spot.has("list", "one_of", "pattern", "in_list")


def free(spot: Spot) -> bool:
    """True for what people write: a column of words, or of data about a person, and neither key nor code."""
    if spot.column is None or spot.column.type.kind != "text" or knows_values(spot) or _key(spot):
        return False
    written = [row.get(spot.column.name) or "" for row in spot.rows]
    return any(any(sign.isalpha() for sign in text) and (spot.column.masked or " " in text) for text in written)


def _anywhere(spot: Spot) -> bool:
    return True


def _key(spot: Spot) -> bool:
    file, column = spot.file, spot.column
    keys = [*file.accept_unit, *file.business_key, *(file.history.key if file.history else ())]
    return column is not None and (column.key_role == "source_key" or any(column.name in key for key in keys))


def _named(spot: Spot) -> bool:
    return free(spot) or (_key(spot) and not knows_values(spot))


def _numbered(spot: Spot) -> bool:
    return spot.column is not None and spot.column.masked and not knows_values(spot)


def _alone(spot: Spot) -> bool:
    """True for a quantity that no other one of its record repeats, as it stands, as a product or as a factor."""
    if spot.column is None or not measures(spot.column):
        return False
    row, columns = spot.rows[spot.row], spot.file.columns.values()
    others = [
        found
        for column in columns
        if column.name != spot.column.name and measures(column) and (found := number(row.get(column.name)))
    ]
    own = number(spot.value) or Decimal(0)
    return own not in others and not any(own in (one * other, one / other) for one, other in permutations(others, 2))


def _life(spot: Spot) -> bool:
    return spot.contract.channel == "hdl" or (spot.column is not None and spot.column.masked)


def _hdl(spot: Spot) -> bool:
    return spot.contract.channel == "hdl"


def _conditional(spot: Spot) -> bool:
    """True if every rule that requires the value does so under a condition."""
    required = [rule for rule in spot.rules if rule.kind == "required" and rule.file == spot.file.id]
    own = [rule for rule in required if spot.column is not None and rule.column == spot.column.name]
    return all(rule.conditions or "contexts" in rule.spec for rule in own)


def _asks_balance(spot: Spot) -> bool:
    rules = spot.contract.rules.values()
    return any(rule.kind == "group" and any(name.endswith("_DR") for name in rule.columns) for rule in rules)


QUANTITY = Beyond(
    "another number is as good by itself, and no other figure of the record repeats it",
    "quantities that nothing repeats",
    _alone,
)
QUANTITY_OR_NAMED = Beyond(
    "the value is as well-formed as the right one, and nobody but the source knows which was meant",
    "quantities that nothing repeats, free text, keys that the sender gives, personal numbers",
    lambda spot: _alone(spot) or _named(spot) or _numbered(spot),
)
NAMED = Beyond(
    "free text or a key of the sender's own may read so: only the source knows how it was",
    "free text, keys that the sender gives",
    _named,
)
CODE = Beyond(
    "another code of the same list is as good by itself: only the source knows which was meant", "everywhere", _anywhere
)
DATE = Beyond(
    "another possible date is as good by itself: only the source knows which was meant", "everywhere", _anywhere
)
LIFE = Beyond(
    "dates of a person's life and history may lie in any year: only the source knows", "HDL, personal data", _life
)
CONDITIONAL = Beyond(
    "it is required under a condition that this record does not meet: only the source knows that there was one",
    "values required under a condition",
    _conditional,
)
OPTIONAL = Beyond("the value may be blank: only the source knows that there was one", "everywhere", _anywhere)
ABSENT = Beyond(
    "a payload does not say what is not in it: only counts and totals of the source can tell", "everywhere", _anywhere
)
MOVED = Beyond("the line is as good there: only the source knows where it belongs", "everywhere", _anywhere)
MIRRORED = Beyond(
    "the mirror of a good journal is a good journal, as every reversal is: only the source knows",
    "everywhere",
    _anywhere,
)
ONE_SIDED = Beyond(
    "a journal that need not balance may have the line on either side: only the source knows",
    "contracts that ask other journals to balance",
    _asks_balance,
)
UNCHANGED = Beyond("an HDL file may leave out what did not change: only counts of the source can tell", "HDL", _hdl)

"""All files of a payload made ready for rules: links from child to parent, accept units, values of ancestors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

import polars as pl

from contracts.model import Contract, File, Rule
from contracts.ready import Ready, dtype_of, group_of, key_text
from contracts.translation import NUMBER

Ways = Sequence[tuple[str, Sequence[Mapping[str, str]]]]
_APART = "\x1f"
_GIVEN = frozenset({"_parent", "_unit", "_index"})
"""Marks that records get here; no reader gives them."""


class Records:
    """All files of a payload, typed and linked. ``unit(file)`` numbers the accept unit of each record."""

    def __init__(self, contract: Contract, frames: Mapping[str, pl.DataFrame]) -> None:
        self.contract = contract
        self.ready: dict[str, Ready] = {}
        self._up: dict[str, pl.Series] = {}
        self._unit: dict[str, pl.Series] = {}
        self._keys: dict[tuple[str, tuple[str, ...]], pl.DataFrame] = {}  # of records that others lie below
        self.dated: dict[str, pl.DataFrame] = {}  # by file: its records in the order of their history, once asked for
        self._missing = pl.DataFrame(schema={"name": pl.String, "unit": pl.UInt32})  # ancestors that are named only
        self.unit_count = 0
        for name in parents_first(contract, frames):
            self._take(name, frames[name])
        self.ready = {name: self.ready[name] for name in contract.files if name in frames}

    def _take(self, name: str, frame: pl.DataFrame) -> None:
        """Type the records of a file and link them with those above them, which are there already."""
        file = self.contract.files[name]
        ready = self.ready[name] = Ready(file, _known(_complete(frame), file))
        ready.numbers = numbers_above(self.contract, name)
        self._link(name)
        ready.add([self._unit[name].alias("_unit")])
        self._ancestors(name)

    def up(self, file: str) -> pl.Series:
        """Index of each record's parent in the parent's frame, null for an orphan."""
        return self._up[file]

    def unit(self, file: str) -> pl.Series:
        """Number of the accept unit of each record, from 0, in file order."""
        return self._unit[file]

    def _link(self, name: str) -> None:
        file, ready = self.contract.files[name], self.ready[name]
        if file.parent is None:
            self._unit[name] = self._units_of(name, self._root_groups(ready))
            return
        parent = self.ready.get(file.parent.file)
        up = pl.Series([None] * ready.height, dtype=pl.UInt32)
        if parent:
            up = _find(ready, file.parent.by, partial(self._keys_of, file.parent.file))
        self._up[name] = up
        unit = up.clone()
        if parent:
            ready.add([parent.frame["_row"].gather(up).alias("_parent")])
            unit = self._unit[file.parent.file].gather(up)
        orphans = unit.is_null()
        if orphans.any():
            unit = unit.scatter(orphans.arg_true(), self._adopted(name, orphans))
        self._unit[name] = unit

    def _root_groups(self, ready: Ready) -> pl.Series:
        """Equal for records of one unit: by their own keys, or because the pod knows both keys of one record."""
        unit = ready.file.accept_unit or (("_row",),)
        groups = _group(ready, unit)
        if not self.contract.aliases or not unit[0]:
            return groups
        names = ready.series(_first_name(ready, ready.file.id, [_same(key) for key in unit]))
        return _first([names.replace_strict(self.contract.aliases, default=None, return_dtype=pl.String), groups])

    def _adopted(self, file: str, orphans: pl.Series) -> pl.Series:
        """Units of records without their parent: that of the highest ancestor they name.

        It may be in the payload, also under another name by which the pod knows it. Records that name the same missing
        one share a unit, whatever their files; those that name none share one with those of equal blanks.
        """
        ready, ways = self.ready[file], self.contract.ways(file)
        told = [ready.series(_first_name(ready, *way)).filter(orphans) for way in ways]
        names = [one for name in told for one in (self._whose(name), name)]
        blanks = pl.concat_str(pl.lit(file), key_text(ready, list(ways[-1][1][0]), 0), separator=_APART)
        name = _first([*names, ready.series(blanks).filter(orphans)])
        known = self._known(file, ways)
        unit = _first([*(_looked_up(one, known) for one in names), _looked_up(name, self._missing)])
        new = unit.is_null()
        if new.any():
            numbers = self._numbered(name.filter(new))
            unit = unit.scatter(new.arg_true(), numbers)
            missing = pl.DataFrame({"name": name.filter(new), "unit": numbers}).unique(maintain_order=True)
            self._missing = pl.concat([self._missing, missing])
        return unit

    def _known(self, file: str, ways: Ways) -> pl.DataFrame:
        """The unit of every name of an ancestor that is in the payload; the root's also where only the pod tells it."""
        root = self.contract.root(file).id
        named = [(ancestor, tuple(one.values())) for ancestor, alternatives in ways for one in alternatives]
        found = [self._missing.clear()]
        for ancestor, targets in dict.fromkeys(
            [*named, *((root, names) for names in names_below(self.contract, root))]
        ):
            if above := self.ready.get(ancestor):
                name = above.series(_name(above, ancestor, _same(targets)))
                unit = self._unit[ancestor].alias("unit")
                found.append(pl.DataFrame({"name": name, "unit": unit}))
                if above.file.parent is None:
                    found.append(pl.DataFrame({"name": self._whose(name), "unit": unit}))
        return pl.concat(found).drop_nulls().unique("name", keep="first", maintain_order=True)

    def _whose(self, names: pl.Series) -> pl.Series:
        """Names as the pod's lists resolve them: one for every record, of its highest ancestor that they tell."""
        return names.replace(self.contract.aliases) if self.contract.aliases else names

    def _units_of(self, root: str, groups: pl.Series) -> pl.Series:
        """The numbers of a root file's units, told by the group of each record."""
        return self._numbered(groups)

    def _numbered(self, groups: pl.Series) -> pl.Series:
        """Dense numbers after those given out so far, in order of first appearance."""
        order = groups.unique(maintain_order=True)
        dense = pl.DataFrame({"group": order, "number": pl.int_range(order.len(), dtype=pl.UInt32, eager=True)})
        found = groups.to_frame("group").join(dense, on="group", how="left", maintain_order="left", nulls_equal=True)
        numbers = (found["number"] + self.unit_count).cast(pl.UInt32)
        self.unit_count += order.len()
        return numbers

    def _ancestors(self, name: str) -> None:
        """Bring the ancestors' columns that rules name to the records below them."""
        self.ready[name].add(
            part
            for column in columns_above(self.contract, name)
            for part in (self._from_above(name, column), self._doubt_above(name, column))
        )

    def _from_above(self, name: str, column: str) -> pl.Series:
        """An ancestor's value for each record, null where a link of the chain is not in the payload."""
        ancestor, _, attribute = column.partition(".")
        above, index = self.ready.get(ancestor), self._index_of(name, ancestor)
        if above is None or index is None:
            dtype = dtype_of(self.contract.files[ancestor], attribute)
            return pl.Series(column, [None] * self.ready[name].height, dtype=dtype)
        return self._values_of(ancestor, attribute).gather(index).alias(column)

    def _doubt_above(self, name: str, column: str) -> pl.Series:
        """True where the ancestor's value failed its type: what rests on it is unknown."""
        ancestor, _, attribute = column.partition(".")
        above, index = self.ready.get(ancestor), self._index_of(name, ancestor)
        if above is None or index is None or attribute not in above.failed:
            return pl.Series(f"!{column}", [False] * self.ready[name].height, dtype=pl.Boolean)
        return above.series(pl.col(f"!{attribute}")).gather(index).fill_null(False).alias(f"!{column}")

    def _values_of(self, ancestor: str, attribute: str) -> pl.Series:
        """The typed values of a column of a file that others lie below."""
        above = self.ready[ancestor]
        return above.series(above.value(attribute))

    def _keys_of(self, parent: str, columns: Sequence[str]) -> pl.DataFrame:
        """Index of one record per key of a file that others lie below: found once for all of these."""
        key = parent, tuple(columns)
        if key not in self._keys:
            self._keys[key] = _first_rows(self.ready[parent], columns)
        return self._keys[key]

    def _index_of(self, name: str, ancestor: str) -> pl.Series | None:
        """Index of each record's ancestor, None where a file of the chain is not in the payload."""
        index: pl.Series | None = None
        current = name
        while current != ancestor:
            if current not in self._up:
                return None
            up = self._up[current]
            index = up if index is None else up.gather(index)
            parent = self.contract.files[current].parent
            assert parent is not None
            current = parent.file
        return index


def parents_first(contract: Contract, files: Iterable[str]) -> list[str]:
    """Return these files of the contract, each behind the one that its records lie below."""
    there = frozenset(files)
    return sorted((name for name in contract.files if name in there), key=lambda name: len(contract.ancestors(name)))


@lru_cache(maxsize=256)
def columns_above(contract: Contract, file: str) -> list[str]:
    """Return the ancestors' columns that rules over the records of a file name: ``headers.CURRENCY_CODE``."""
    above = set(contract.ancestors(file))
    named = {column for rule in contract.rules.values() for column in named_of(rule, file)}
    return sorted(column for column in named if column.partition(".")[0] in above)


@lru_cache(maxsize=256)
def numbers_above(contract: Contract, file: str) -> frozenset[str]:
    """Return those of the ancestors' columns that hold numbers."""
    split = {name: name.partition(".") for name in columns_above(contract, file)}
    return frozenset(
        name for name, (owner, _, column) in split.items() if dtype_of(contract.files[owner], column) == NUMBER
    )


def named_of(rule: Rule, file: str) -> Iterator[str]:
    """Yield what a rule names of a file and those above it: its own, or those of the other file that it looks at."""
    theirs = {"there", "where"} if "in" in rule.spec else set()
    if rule.file == file:
        yield from rule.columns
        yield from (name for key, one in rule.conditions.items() if key not in theirs for name in one.columns)
    if rule.spec.get("in") == file:
        yield from (*rule.spec.get("by", ()), *rule.spec.get("match", ()))
        yield from (name for key in theirs & rule.conditions.keys() for name in rule.conditions[key].columns)


def pod_names(contract: Contract) -> dict[str, str]:
    """Return the names of records in the pod, as far as lists of parents tell them, each with whose it is.

    That is one name for all names of a record: of the highest ancestor that its row of the list names, else its own.
    """
    found: dict[str, str] = {}
    pod: dict[str, Ready] = {}
    lists = {file.parent.file: file.parent.or_list for file in contract.files.values() if file.parent}
    for file in sorted(lists, key=lambda name: len(contract.ancestors(name))):
        rows = contract.lists[lists[file]].rows if lists[file] else None
        if rows is None:
            continue
        listed = pod[file] = Ready(contract.files[file], _with_keys_above(contract.files[file], rows, pod))
        own = [listed.series(_name(listed, file, _same(targets))) for targets in names_below(contract, file)]
        above = [listed.series(_first_name(listed, *way)) for way in contract.ways(file)]
        whose = _first([*(names.replace(found) for names in above), *own])
        new = pl.concat([pl.DataFrame({"name": one, "whose": whose}) for one in own]).drop_nulls()
        found |= dict(new.reverse().iter_rows())  # of equal names the first counts
    return found


def _with_keys_above(file: File, rows: pl.DataFrame, pod: Mapping[str, Ready]) -> pl.DataFrame:
    """Rows of a list, each with all keys of its parent in the pod."""
    if file.parent is None or file.parent.file not in pod:
        return rows
    above = pod[file.parent.file]
    at = _find(Ready(file, rows), file.parent.by, partial(_first_rows, above))
    keys = {own: above.series(above.text(their)).gather(at) for by in file.parent.by for own, their in by.items()}
    return rows.with_columns(
        _first([rows[own], text] if own in rows.columns else [text]).alias(own) for own, text in keys.items()
    )


def names_below(contract: Contract, file: str) -> list[tuple[str, ...]]:
    """Return the columns by which records below a file name it, each set once."""
    ways = [way for below in contract.files for way in contract.ways(below) if way[0] == file]
    return list(dict.fromkeys(tuple(one.values()) for _, alternatives in ways for one in alternatives))


def _same(names: Iterable[str]) -> dict[str, str]:
    """Columns that a record names itself by."""
    return {name: name for name in names}


def _first_name(ready: Ready, ancestor: str, alternatives: Sequence[Mapping[str, str]]) -> pl.Expr:
    """The name by the first alternative without blanks."""
    return pl.coalesce([_name(ready, ancestor, one) for one in alternatives])


def _name(ready: Ready, ancestor: str, columns: Mapping[str, str]) -> pl.Expr:
    """One text for the file of an ancestor, its columns and their values; null where one is blank."""
    parts = [part.cast(pl.String) for part in ready.key(list(columns), across=True)]
    return pl.concat_str([pl.lit(_APART.join([ancestor, *columns.values()])), *parts], separator=_APART)


def _first(series: Sequence[pl.Series]) -> pl.Series:
    """The first value that is not null, row by row."""
    return pl.select(pl.coalesce(series)).to_series()


def _looked_up(names: pl.Series, units: pl.DataFrame) -> pl.Series:
    return names.to_frame("name").join(units, on="name", how="left", maintain_order="left")["unit"]


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame that no reader made (plain Python): numbered as a reader does, empty texts blank."""
    if "_row" in frame.columns:
        return frame
    texts = pl.col(pl.String)
    number = pl.int_range(1, frame.height + 1, dtype=pl.UInt32, eager=True)
    return frame.with_columns(pl.when(texts != "").then(texts).name.keep(), number.alias("_row"), number.alias("_line"))


def _known(frame: pl.DataFrame, file: File) -> pl.DataFrame:
    """The columns that the contract knows and the reader's marks: another may be named as a mark of records is."""
    marks = {name for name in frame.columns if name.startswith("_")} - _GIVEN
    return frame.select(name for name in frame.columns if name in file.columns or name in marks)


def _group(ready: Ready, alternatives: Sequence[Sequence[str]]) -> pl.Series:
    return ready.series(group_of(ready, alternatives))


def _find(
    child: Ready, alternatives: Sequence[Mapping[str, str]], keys: Callable[[Sequence[str]], pl.DataFrame]
) -> pl.Series:
    """Index of each child's parent, by the first alternative whose columns are all filled; null where there is none."""
    result = pl.Series([None] * child.height, dtype=pl.UInt32)
    undecided = pl.Series([True] * child.height, dtype=pl.Boolean)
    for alternative in alternatives:
        if not undecided.any():
            break
        names = [f"key{at}" for at in range(len(alternative))]
        own = child.select(child.key(list(alternative), across=True)).with_row_index("child")
        usable = own.select(pl.all_horizontal(pl.col(names).is_not_null())).to_series() & undecided
        if not usable.any():
            continue
        theirs = keys(list(alternative.values()))
        found = own.filter(usable).join(theirs, on=names, how="inner")
        result = result.scatter(found["child"], found["parent"])
        undecided &= ~usable
    return result


def _first_rows(parent: Ready, columns: Sequence[str]) -> pl.DataFrame:
    """Index of one row per key: the first, or the earliest in effect where the parent has a history."""
    names = [f"key{at}" for at in range(len(columns))]
    theirs = parent.select(parent.key(columns, across=True)).with_row_index("parent")
    if history := parent.file.history:
        begins = parent.series(parent.value(history.start)).alias("begins")
        theirs = theirs.with_columns(begins).sort("begins", nulls_last=True, maintain_order=True)
    return theirs.unique(subset=names, keep="first", maintain_order=True).select("parent", *names)

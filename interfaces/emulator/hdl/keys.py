"""Keys: the names under which a line, or a row of a list, speaks of a record.

Keys are tried in Oracle's order: GUID, source key, surrogate id, user key; the first that a line gives decides. Of
several user keys the first that is whole counts (unconfirmed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from interfaces.emulator.hdl.objects import Component, Reference

Key = tuple[object, ...]
"""("guid", id), ("source", owner, id), ("id", surrogate) or ("user", which, record above or None, values...).
"""
NAMELESS: Key = ("nameless",)
"""Stands for the key of lines at the top of an object that give none: nothing tells them apart (unconfirmed)."""
Get = Callable[[str], str]
"""Attribute -> value, "" where it is blank."""

_BY_SOURCE = "(SourceSystemId)"


def own(component: Component, get: Get, above: object) -> Iterator[Key]:
    """Yield the keys by which a record names itself; ``above`` is the record that it hangs on, None without one."""
    yield from (found := [*_direct(get, component.surrogate, "SourceSystemId", "GUID"), *_whole(component, get, above)])
    if not (found or component.parent or component.by_action):
        yield NAMELESS


def aliases(component: Component, get: Get, above: object) -> Iterator[Key]:
    """Yield further names, by which only lines below speak of the record."""
    yield from _user(component, get, above, component.aliases, len(component.user_keys))
    blanks = len(component.optional)
    for key in _whole(component, get, above) if blanks else ():
        yield (*key[:-blanks], *[""] * blanks)  # who names it may leave out what is optional


def direct(refer: Reference, get: Get) -> Key | None:
    """The key by a hint, or the surrogate id, under which a record above is named; None where the line gives none."""
    return next(_direct(get, refer.hint, f"{refer.hint}{_BY_SOURCE}", f"{refer.hint}(GUID)"), None)


def natural(refer: Reference, above: Component, get: Get) -> tuple[int, tuple[object, ...]] | None:
    """Which user key of ``above`` the line gives, and its values; None where it gives none whole."""
    for which, names in enumerate((*above.user_keys, *above.aliases)):
        here = [refer.names.get(name, name) for name in names]
        values = [_value(get, name) for name in here]
        if values and all(values):
            rest = above.optional if which < len(above.user_keys) else ()
            return which, (*values, *(get(refer.names.get(name, name)) for name in rest))
    return None


def _direct(get: Get, surrogate: str, source: str, guid: str) -> Iterator[Key]:
    if get(guid):
        yield ("guid", get(guid))
    if get(source) and get("SourceSystemOwner"):  # the owner of a referenced key is the line's own
        yield ("source", get("SourceSystemOwner"), get(source))
    if surrogate and get(surrogate):
        yield ("id", get(surrogate))


def _whole(component: Component, get: Get, above: object) -> Iterator[Key]:
    return _user(component, get, above, component.user_keys, 0)


def _user(component: Component, get: Get, above: object, keys: Sequence[tuple[str, ...]], first: int) -> Iterator[Key]:
    for which, names in enumerate(keys, start=first):
        values = [_value(get, name) for name in names]
        if values and all(values):
            rest = component.optional if which < len(component.user_keys) else ()
            yield ("user", which, None if component.unique else above, *values, *map(get, rest))


def _value(get: Get, name: str) -> object:
    """The value of an attribute; of a source id together with its owner, as far as the line tells it."""
    by_source = name.endswith(_BY_SOURCE) and get(name)
    return (get("SourceSystemOwner"), get(name)) if by_source else get(name)

"""Running a promise on drawn payloads: so many as the effort says, by a seed, the failing one shrunk and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

EFFORTS: Mapping[str, int] = {"dev": 5, "ci": 20, "nightly": 1000}
"""Examples per promise and contract."""

T = TypeVar("T")


class _Accident(BaseException):
    """What Hypothesis does not take for a counter-example."""

    def __init__(self, error: Exception) -> None:
        self.error = error


@dataclass(frozen=True)
class Broken(Generic[T]):
    """A promise that does not hold: what was said of the least payload found, and that payload."""

    message: str
    drawn: T


def _said(error: AssertionError) -> str:
    """The promise's own words: what pytest adds to them shows values, personal ones too."""
    words = str(error).partition("\nassert ")[0]
    return words.partition("\n")[0] if words.startswith("assert ") else words


def explore(drawn: SearchStrategy[T], promise: Callable[[T], object], *, examples: int, seed: int) -> Broken[T] | None:
    """Try ``promise`` on so many draws; return None if it never raised AssertionError, else the shrunk counter-example.

    The same seed draws the same. Any other exception of the promise passes through at once: it is no statement about
    the payload, so nothing is shrunk for it. No health check is suppressed.
    """
    import hypothesis

    last: list[Broken[T]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],  # the promise explains
    )
    @hypothesis.given(drawn)
    def tried(one: T) -> None:
        try:
            promise(one)
        except AssertionError as error:
            last[:] = [Broken(_said(error), one)]  # the last failing call is the least
            raise
        except Exception as error:
            raise _Accident(error) from error

    try:
        tried()
    except AssertionError:
        return last[-1]
    except _Accident as accident:
        raise accident.error from None
    return None

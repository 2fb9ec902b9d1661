"""What people see: tables, lines, progress, errors of three lines, JSON. Colours are never the only sign."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from harness.errors import UsageError

COLOURS: Mapping[str, str] = {
    "critical": "bold red", "significant": "red", "moderate": "yellow", "minor": "dim",
    "failed": "red", "passed": "green", "not_checked": "yellow", "stale": "yellow", "not_applied": "dim",
    "NO-GO": "bold red", "GO": "bold green", "NO EVIDENCE": "bold yellow", "GO WITH WAIVERS": "bold green",
}  # fmt: skip
NEVER_WRAPPED = frozenset({"id", "list", "column", "rule", "from", "interface", "gate", "severity", "rate", "verdict"})
WIDTH = 100
"""Columns of a table where the output is no terminal."""


class Board:
    """How far a run has come, and the jobs of the payload that is being delivered."""

    def __init__(self, bar: Progress) -> None:
        self._bar, self._task = bar, bar.task_ids[0]
        self._tree: Tree | None = None

    def __rich__(self) -> Group:
        return Group(self._bar, *([self._tree] if self._tree else []))

    def begin(self, title: str) -> None:
        """Say what is at hand; it has no jobs yet."""
        self._tree = None
        self._bar.update(self._task, description=title)

    def jobs(self, title: str, jobs: Iterable[Job]) -> None:
        """Show the jobs as they stand."""
        self._tree = Tree(Text(visible(title)))
        for job in jobs:
            _branch(self._tree, job)

    def advance(self) -> None:
        """One payload is done."""
        self._tree = None
        self._bar.advance(self._task)


class Job(Protocol):
    """A request of the pod with its children."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def request(self) -> int: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def children(self) -> Sequence[Job]: ...  # noqa: D102


def _branch(tree: Tree, job: Job) -> None:
    below = tree.add(Text(f"{job.request} {job.name or 'request'}: {job.state or 'no state yet'}"))
    for child in job.children:
        _branch(below, child)


class Screen:
    """Standard output for results, standard error for progress and errors."""

    def __init__(self, *, quiet: bool = False, no_color: bool = False) -> None:
        self.quiet = quiet
        width = None if sys.stdout.isatty() else WIDTH
        self.out = Console(no_color=no_color or None, width=width, highlight=False, soft_wrap=False, emoji=False)
        self.err = Console(stderr=True, no_color=no_color or None, highlight=False, soft_wrap=True, emoji=False)

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line of a result."""
        if not self.quiet:
            self.out.print(visible(text), style=style or None, markup=False, soft_wrap=True)

    def table(
        self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()
    ) -> None:
        """Print a table; cells that name a severity or a status are coloured, ``right`` columns are aligned right."""
        if self.quiet:
            return
        table = Table(
            title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="bold"
        )
        for column in columns:
            whole = column in NEVER_WRAPPED
            table.add_column(column, justify="right" if column in right else "left", overflow="fold", no_wrap=whole)
        for row in rows:
            table.add_row(*(self._cell(value) for value in row))
        self.out.print(table)

    def _cell(self, value: object) -> Text:
        text = "" if value is None else visible(str(value))
        return Text(text, style=COLOURS.get(text, ""))

    @contextmanager
    def progress(self, words: str, total: int) -> Iterator[Progress]:
        """A bar on standard error; nothing where output is quiet or no terminal."""
        bar = Progress(
            TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"),
            console=self.err, transient=True, disable=self.quiet or not self.err.is_terminal,
        )  # fmt: skip
        with bar:
            bar.add_task("", total=total)
            yield bar

    @contextmanager
    def reading(self, words: str, total: int) -> Iterator[Callable[[int, int], None]]:
        """A bar over the bytes of one payload; it is told how many records and bytes are done, and shows the rate."""
        bar = Progress(
            TextColumn("{task.fields[words]}", markup=False), BarColumn(), TaskProgressColumn(),
            TextColumn("{task.fields[records]:,} records"),
            TextColumn("{task.description}"), TimeElapsedColumn(),
            console=self.err, transient=True, disable=self.quiet or not self.err.is_terminal,
        )  # fmt: skip
        with bar:
            task, begun = bar.add_task("", total=total, records=0, words=visible(words)), time.monotonic()

            def told(records: int, done: int) -> None:
                rate = records / max(time.monotonic() - begun, 0.001)
                bar.update(task, completed=done, records=records, description=f"{rate:,.0f} a second")

            yield told

    @contextmanager
    def board(self, words: str, total: int) -> Iterator[Board]:
        """A bar, and below it the jobs of the delivery at hand; nothing where output is quiet or no terminal."""
        with self.progress(words, total) as bar:
            board = Board(bar)
            if bar.disable:
                yield board
                return
            bar.stop()  # the board draws the bar, together with the tree
            with Live(board, console=self.err, transient=True, refresh_per_second=4):
                yield board

    def error(self, error: Any) -> None:
        """Print what is wrong, where, and what to do. Never silenced."""
        self.err.print(f"error: {visible(error.what)}", style="bold red", markup=False)
        if error.where:
            self.err.print(f"   at: {visible(error.where)}", markup=False)
        if error.todo:
            self.err.print(f"   do: {visible(error.todo)}", markup=False)


def visible(text: str) -> str:
    """Return the text without signs that would steer a terminal: words of a payload or of Fusion may hold them."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text)


def write_json(target: str, data: Mapping[str, Any] | Sequence[Any]) -> None:
    """Write JSON to a file, or to standard output for ``-``. Raises UsageError if the file cannot be written."""
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n"
    if target == "-":
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            raise  # the reader has seen enough
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            raise UsageError(what, where="standard output", todo="make room, or name a file") from error
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=target, todo="choose another file") from error

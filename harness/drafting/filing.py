"""Writing what was drafted or taken anew: all of it or nothing, and over no file that is somebody's work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.errors import UsageError


def file_all(new: Mapping[Path, str], kept: Mapping[Path, str]) -> None:
    """Write texts to new files, and to files that a command keeps (``kept``: old ones grow or are replaced).

    Raises UsageError, and leaves everything as it was, if a new file exists or one cannot be written.
    """
    if there := [path for path in new if path.exists()]:
        todo = "choose another name, or move the file away: nothing is ever overwritten"
        raise UsageError("the file exists", where=str(there[0]), todo=todo)
    parts = {path.with_name(f".{path.name}.part"): (path, text) for path, text in {**new, **kept}.items()}
    made: list[Path] = []
    try:
        for part, (_, text) in parts.items():
            part.parent.mkdir(parents=True, exist_ok=True)
            made.append(part)
            part.write_text(text, encoding="utf-8", newline="\n")
        for part, (path, _) in parts.items():  # new ones first, so that they can be taken back
            part.replace(path)
            made.append(path)
    except OSError as error:
        for one in made:
            if one not in kept:
                one.unlink(missing_ok=True)
        what = f"cannot be written: {error.strerror}"
        raise UsageError(what, where=str(error.filename or ""), todo="make room, or check the permissions") from error

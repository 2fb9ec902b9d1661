"""Changes whose direction their text does not tell, decided by payloads that both versions of a contract judge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from contracts import Change, Contract, Direction, Editions, failing, files_of, narrowed
from harness.replay_payloads import Payload, payloads


def replayed(changes: Sequence[Change], old: Editions, new: Editions) -> list[Change]:
    """Return the changes, the undetermined ones with the direction that payloads prove, and with the proof.

    One that was valid and is refused now proves that a change tightens, the reverse that it loosens. Where none tells a
    difference it stays undetermined, and says so. Judged in the newest release that both versions have.
    """
    open_ = [change for change in changes if change.direction == "undetermined"]
    if not open_:
        return list(changes)
    release = next((one for one in reversed(list(new)) if one in old), "")
    before, after = (sides.get(release) or list(sides.values())[-1] for sides in (old, new))
    changed = {change.rule for change in changes if change.rule}
    trial = _Trial(before, after, list(map(_Question, open_)), changed)
    trial.run()
    told = {question.change.id: question.answer(trial.tried) for question in trial.questions}
    return [told.get(change.id, change) for change in changes]


@dataclass
class _Question:
    """An undetermined change: the payload that proves each direction, as far as one was found."""

    change: Change
    tightens: str = ""
    loosens: str = ""

    @property
    def rule(self) -> str:
        """The rule that decides it; "" = any that is not changed itself."""
        return self.change.rule

    @property
    def closed(self) -> bool:
        return bool(self.tightens and self.loosens)

    def answer(self, tried: int) -> Change:
        """The change with what was found."""
        if not self.tightens and not self.loosens:
            return replace(self.change, proof=f"unknown: {tried} payloads tell no difference")
        direction: Direction = "both" if self.closed else "tightens" if self.tightens else "loosens"
        words = [f"refused now: {self.tightens}"] if self.tightens else []
        words += [f"taken now: {self.loosens}"] if self.loosens else []
        return replace(self.change, decided=direction, proof="; ".join(words))


@dataclass
class _Trial:
    old: Contract
    new: Contract
    questions: list[_Question]
    changed: Collection[str]  # rules that are the subject of a change
    tried: int = 0
    _views: dict[tuple[bool, str], tuple[Contract, Collection[str]]] = field(default_factory=dict)

    def run(self) -> None:
        rules = [] if any(not one.rule for one in self.questions) else sorted({one.rule for one in self.questions})
        for payload in payloads(self.old, self.new, rules):
            if all(question.closed for question in self.questions):
                return
            self.tried += 1
            self._hold(payload)

    def _hold(self, payload: Payload) -> None:
        found = [self._looked_at(payload, new=new) for new in (False, True)]
        for question in self.questions:
            before, after = (self._fails(question, one) for one in found)
            if before == after or question.closed:
                continue
            if after and not question.tightens and not _failing(self.old, self.old.files, payload):
                question.tightens = payload.name
            if before and not question.loosens and not _failing(self.new, self.new.files, payload):
                question.loosens = payload.name

    def _fails(self, question: _Question, found: Collection[str]) -> bool:
        return question.rule in found if question.rule else bool({*found} - {*self.changed})

    def _looked_at(self, payload: Payload, *, new: bool) -> set[str]:
        """What fails of the rules that are asked about: most payloads need not be judged as a whole."""
        key = (new, payload.rule)
        if key not in self._views:
            self._views[key] = self._view(self.new if new else self.old, payload.rule)
        return _failing(*self._views[key], payload)

    def _view(self, contract: Contract, rule: str) -> tuple[Contract, Collection[str]]:
        """The contract with the rules that are asked about, and the files at which they look."""
        asked = {rule} if rule else {question.rule for question in self.questions}
        if "" in asked:
            return contract, contract.files
        rules = [contract.rules[name] for name in asked if name in contract.rules]
        return narrowed(contract, rules), files_of(contract, rules)


def _failing(contract: Contract, files: Collection[str], payload: Payload) -> set[str]:
    """Rules that fail on the records of these files; what a version has no file for it does not see."""
    return set(failing(contract, {file: rows for file, rows in payload.records.items() if file in files}))

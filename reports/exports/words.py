"""A contract as tables of words, for people: the rows of the workbook and of the Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts import Contract, File, Profile, Rule, advice
from reports import contract_page as page
from reports.exports.examples import records_of
from reports.exports.facets import Facets, facets_of

Row = Mapping[str, str]


def overview(profile: Profile, contract: Contract) -> Iterator[Row]:
    """Yield the facts of a contract and of its files."""
    facts = [("title", contract.title), ("summary", contract.summary), *page._facts(contract)]
    facts += [("needs", ", ".join(contract.needs))]
    facts += [("interfaces", ", ".join(f"{one.id} {one.name}" for one in profile.serving(contract.id)))]
    facts += [(f"rule {name} is switched off", why) for name, why in contract.disabled.items()]
    facts += [(f"rule {name} is graded otherwise", why) for name, why in contract.regraded.items()]
    for about, value in facts:
        if value:
            yield {"about": "contract", "fact": about, "value": value}
    for file in contract.files.values():
        names = [("member", ", ".join(file.names)), *page._file_facts(contract, file)]
        for about, value in names:
            if value:
                yield {"about": f"file {file.id}", "fact": about, "value": value}


def column_rows(contract: Contract, file: File) -> Iterator[Row]:
    """Yield the columns of a file in its order, with what their rules ask."""
    for name, facets in facets_of(contract, file).items():
        column = facets.column
        yield {
            "file": file.id,
            "at": str(column.position or ""),
            "column": name,
            "label": column.label.lstrip("*"),
            "type": str(column.type),
            "required": page._required(contract, file, name, facets.rules),
            "must be": _must_be(facets),
            "personal data": column.personal_data if column.masked else "",
            "listed": "yes" if column.listed else "no",
            "layout is": page._certainty(contract, file, name),
            "note": column.note,
        }


def _must_be(facets: Facets) -> str:
    told = [rule for rule in facets.rules if rule.kind not in ("type", "length", "required")]
    return "; ".join(rule.title.removeprefix(f"{facets.column.name} ").removeprefix("is ") for rule in told)


def rule_row(contract: Contract, rule: Rule) -> Row:
    """Return everything that is known of a rule."""
    return {
        "rule": rule.id,
        "file": rule.file or "package",
        "severity": rule.severity,
        "title": rule.title,
        "kind": rule.kind,
        "statement": "\n".join(page._source(rule)) if rule.written else _conditions(rule),
        "predicts": page._predicts(contract, rule),
        "what to do": advice(rule, contract),
        "basis": rule.basis,
        "why": rule.why,
        "unconfirmed": rule.unconfirmed,
        "broken by": " ".join(page._breaker(contract, rule)) if rule.written else "",
        "stands at": str(rule.place or "the format's own rule"),
    }


def _conditions(rule: Rule) -> str:
    return "\n".join(f"{name}: {one.text}" for name, one in rule.conditions.items())


def list_rows(contract: Contract) -> Iterator[Row]:
    """Yield the reference lists: what they are, not what they hold."""
    for one in contract.lists.values():
        by = one.loaded_by
        yield {
            "list": one.id,
            "about": one.about,
            "columns": ", ".join(one.columns),
            "key": ", ".join(one.key),
            "values": "not bound" if one.rows is None else f"{one.rows.height:,}",
            "taken": one.taken,
            "loaded by": f"{by.contract}, file {by.file}" if by else "",
            "unconfirmed": one.unconfirmed,
        }


def example_rows(contract: Contract) -> Iterator[Row]:
    """Yield the filled values of the examples in force, one a row; those of columns with personal data are masked."""
    for example in contract.examples_in_force:
        expects = ", ".join(example.expects) if example.expects is not None else "no finding"
        for file, rows in records_of(contract, example).items():
            for number, row in enumerate(rows, start=1):
                for name, value in row.items():
                    yield {
                        "example": example.name, "must find": expects, "file": file, "record": str(number),
                        "column": name, "value": value,
                    }  # fmt: skip


def code_rows(contract: Contract) -> Iterator[Row]:
    """Yield the codes of Oracle that rules predict."""
    for id_, text, meaning, certainty, source in page._codes(contract):
        yield {"code": id_, "text": text, "meaning": meaning, "certainty": certainty, "source": source}


def question_rows(profile: Profile, contract: Contract) -> Iterator[Row]:
    """Yield what nobody has confirmed yet, and where the contract asks it."""
    for one in page.contract_row(profile, contract).open:
        yield {"about": one.about, "question": one.question, "stands at": one.place}

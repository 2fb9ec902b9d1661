"""Contracts in the formats of others: all of the effective contract, and of the same contract the same bytes.

Values of columns with personal data are masked in examples and breakers; lists go by name and columns, never by values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts import Contract, Profile
from reports.exports import contract_workbook, data_package, ddl, html, json_schema, markdown, odcs, pandera_module


@dataclass(frozen=True)
class Format:
    """A format: what it is, what its files end in, how a contract of a profile is written, whether that is text."""

    about: str
    suffix: str
    write: Callable[[Profile, Contract], bytes]
    text: bool = True

    def file_name(self, contract: str) -> str:
        """Return the name of the file of a contract id; a Python module has no dots in its name."""
        return f"{contract.replace('.', '_') if self.suffix == '.py' else contract}{self.suffix}"


DIALECTS: Mapping[str, Format] = {
    "oracle": Format("staging tables of Oracle", ".oracle.sql", lambda _, contract: ddl.ddl(contract, ddl.ORACLE)),
    "postgres": Format(
        "staging tables of PostgreSQL", ".postgres.sql", lambda _, contract: ddl.ddl(contract, ddl.POSTGRES)
    ),
}
"""The format ``ddl`` by dialect."""
FORMATS: Mapping[str, Format] = {
    "odcs": Format("Open Data Contract Standard 3.2.0", ".odcs.yaml", lambda _, contract: odcs.odcs(contract)),
    "jsonschema": Format("JSON Schema 2020-12", ".schema.json", lambda _, contract: json_schema.json_schema(contract)),
    "datapackage": Format(
        "Frictionless v2", ".datapackage.json", lambda _, contract: data_package.data_package(contract)
    ),
    "ddl": DIALECTS["oracle"],
    "pandera": Format("a Python module of schemas", ".py", lambda _, contract: pandera_module.pandera_module(contract)),
    "xlsx": Format("a workbook", ".xlsx", contract_workbook.contract_workbook, text=False),
    "markdown": Format("a page for reviews and wikis", ".md", markdown.markdown),
    "html": Format("a page for everybody", ".html", html.html),
}
"""Every format by the name that ``--to`` takes."""

__all__ = ["DIALECTS", "FORMATS", "Format"]

"""A contract as staging tables of Oracle or PostgreSQL: one per file, typed, told in the words of its layout.

Types and lengths are the contract's. What a table refuses beyond them are values for which a record would not conform:
NOT NULL and CHECK stand for rules of severity critical and significant, and a CHECK bears the id of its rule.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts import BLOCKING, Contract, File, Rule, Type
from reports.exports.facets import Facets, facets_of

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = frozenset(
    """
    ACCESS ADD ALL ALTER ANALYSE ANALYZE AND ANY ARRAY AS ASC ASYMMETRIC AUDIT AUTHORIZATION BETWEEN BINARY BOTH
    BY CASE CAST CHAR CHECK CLUSTER COLLATE COLLATION COLUMN COLUMN_VALUE COMMENT COMPRESS CONCURRENTLY CONNECT
    CONSTRAINT CREATE CROSS CURRENT CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME
    CURRENT_TIMESTAMP CURRENT_USER DATE DECIMAL DEFAULT DEFERRABLE DELETE DESC DISTINCT DO DROP ELSE END EXCEPT
    EXCLUSIVE EXISTS FALSE FETCH FILE FLOAT FOR FOREIGN FREEZE FROM FULL GRANT GROUP HAVING IDENTIFIED ILIKE
    IMMEDIATE IN INCREMENT INDEX INITIAL INITIALLY INNER INSERT INTEGER INTERSECT INTO IS ISNULL JOIN LATERAL
    LEADING LEFT LEVEL LIKE LIMIT LOCALTIME LOCALTIMESTAMP LOCK LONG MAXEXTENTS MINUS MLSLABEL MODE MODIFY
    NATURAL NESTED_TABLE_ID NOAUDIT NOCOMPRESS NOT NOTNULL NOWAIT NULL NUMBER OF OFFLINE OFFSET ON ONLINE ONLY
    OPTION OR ORDER OUTER OVERLAPS PCTFREE PLACING PRIMARY PRIOR PUBLIC RAW REFERENCES RENAME RESOURCE RETURNING
    REVOKE RIGHT ROW ROWID ROWNUM ROWS SELECT SESSION SESSION_USER SET SHARE SIMILAR SIZE SMALLINT SOME START
    SUCCESSFUL SYMMETRIC SYNONYM SYSDATE SYSTEM_USER TABLE TABLESAMPLE THEN TO TRAILING TRIGGER TRUE UID UNION
    UNIQUE UPDATE USER USING VALIDATE VALUES VARCHAR VARCHAR2 VARIADIC VERBOSE VIEW WHEN WHENEVER WHERE WINDOW
    WITH
    """.split()  # noqa: SIM905 - words, as the manuals list them
)
"""Words that Oracle or PostgreSQL keeps for itself: quoted in both, so that names are the same."""


@dataclass(frozen=True)
class Dialect:
    """A database: its name, how many bytes an identifier may have, how it writes a type."""

    name: str
    longest: int
    type: Callable[[Type], str]


def oracle_type(kind: Type) -> str:
    """Return the type as Oracle writes it. A number of significant digits has no scale there, so it is a plain one."""
    match kind.kind:
        case "date":
            return "DATE"
        case "timestamp":
            return "TIMESTAMP"
        case "flag":
            return "VARCHAR2(1 CHAR)"
        case "boolean":
            return "VARCHAR2(5 CHAR)"
        case "text":
            return f"VARCHAR2({kind.size or 4000} CHAR)" if (kind.size or 0) <= 4000 else "CLOB"
    if kind.kind == "integer":
        return f"NUMBER({kind.size})" if kind.size and kind.size <= 38 else "NUMBER(38)"
    return f"NUMBER({kind.size},{kind.scale})" if kind.size and kind.scale is not None else "NUMBER"


def postgres_type(kind: Type) -> str:
    """Return the type as PostgreSQL writes it."""
    match kind.kind:
        case "date" | "timestamp" | "boolean":
            return kind.kind
        case "flag":
            return "varchar(1)"
        case "text":
            return f"varchar({kind.size})" if kind.size else "text"
    if kind.kind == "integer":
        return f"numeric({kind.size or 38})"
    return f"numeric({kind.size},{kind.scale})" if kind.size and kind.scale is not None else "numeric"


ORACLE = Dialect("Oracle", 128, oracle_type)
POSTGRES = Dialect("PostgreSQL", 63, postgres_type)


def ddl(contract: Contract, dialect: Dialect) -> bytes:
    """Return the statements that make the staging tables of a contract in a dialect, with comments."""
    release = f"release {contract.release}, " if contract.release else ""
    head = [
        f"{dialect.name}: staging tables of {contract.id} {contract.version}, {release}profile {contract.profile}.",
        'Before the columns of a file stand "_payload" (its name) and "_row" (the number of the record in its file).',
        "A blank is NULL, also where it is written #NULL. Numbers with more decimals than a column has are rounded.",
        "NOT NULL and CHECK: rules of severity critical or significant; a CHECK is named <prefix>:<rule id>.",
    ]
    tables = ["\n".join(_table(contract, file, dialect)) for file in contract.files.values()]
    return ("\n\n".join(["\n".join(f"-- {line}" for line in head), *tables]) + "\n").encode()


def table_name(contract: Contract, file: File) -> str:
    """Return the name of a file's staging table before it is shortened."""
    return f"stg_{contract.id.replace('.', '_')}_{file.id}"


def shortened(name: str, longest: int) -> str:
    """Return the name in at most so many bytes: cut, with ``~`` and a hash of the whole where it was longer."""
    if len(name.encode()) <= longest:
        return name
    mark = f"~{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name.encode()[: longest - len(mark)].decode(errors="ignore") + mark


def quoted(name: str, dialect: Dialect) -> str:
    """Return the identifier as statements write it: quoted only where it must be."""
    short = shortened(name, dialect.longest)
    if _PLAIN.fullmatch(short) and short.upper() not in _RESERVED:
        return short
    return '"' + short.replace('"', '""') + '"'


def _table(contract: Contract, file: File, dialect: Dialect) -> Iterator[str]:
    full = table_name(contract, file)
    table = quoted(full, dialect)
    facets, firm = facets_of(contract, file), facets_of(contract, file, BLOCKING)
    lines = [
        f'"_payload" {dialect.type(Type("text", 255))} NOT NULL',
        f'"_row" {dialect.type(Type("integer", 10))} NOT NULL',
        *([f'"_action" {dialect.type(Type("text", 10))}'] if contract.channel == "hdl" else []),
        *(_column(name, facets[name], firm[name].required, dialect) for name in file.columns),
        *(check for name in file.columns for check in _checks(contract, firm[name], dialect)),
    ]
    yield f"CREATE TABLE {table} ("
    yield ",\n".join(f"  {line}" for line in lines)
    yield ");"
    about = ", ".join(file.names) or file.id
    yield f"COMMENT ON TABLE {table} IS {_literal(f'{contract.title}: {about}{_whole(full, dialect)}')};"
    for name, one in facets.items():
        if told := _about(name, one, dialect):
            yield f"COMMENT ON COLUMN {table}.{quoted(name, dialect)} IS {_literal(told)};"


def _column(name: str, facets: Facets, due: bool, dialect: Dialect) -> str:
    kind = Type("text", facets.length) if facets.type.kind == "text" else facets.type
    return f"{quoted(name, dialect)} {dialect.type(kind)}{' NOT NULL' if due else ''}"


def _checks(contract: Contract, facets: Facets, dialect: Dialect) -> Iterator[str]:
    """The constraints of a column's unconditional rules."""
    column = quoted(facets.column.name, dialect)
    for rule in facets.rules:
        if rule not in facets.conditional and (condition := _check(rule, facets.type, column, dialect)):
            yield f"CONSTRAINT {quoted(f'{contract.prefix}:{rule.id}', dialect)} CHECK ({condition})"


def _check(rule: Rule, kind: Type, column: str, dialect: Dialect) -> str:
    match rule.kind:
        case "one_of" if kind.sort in ("text", "number"):
            return f"{column} IN ({', '.join(_value(str(word), kind) for word in rule.spec['one_of'])})"
        case "range":
            low, high = (_value(str(bound), kind) for bound in rule.spec["range"])
            return f"{column} BETWEEN {low} AND {high}"
        case "unlisted":
            return f"{column} IS NULL"
        case "type" if kind.kind == "flag":
            return f"{column} IN ('Y', 'N')"
        case "type" if kind.kind == "boolean" and dialect is ORACLE:
            return f"{column} IN ('true', 'false')"
    return ""


def _value(text: str, kind: Type) -> str:
    if kind.sort == "number":
        return text
    return f"{kind.sort.upper()} {_literal(text)}" if kind.sort in ("date", "timestamp") else _literal(text)


def _about(name: str, facets: Facets, dialect: Dialect) -> str:
    column = facets.column
    personal = f"personal data: {column.personal_data}" if column.masked else ""
    told = "; ".join(part for part in (column.label.lstrip("*"), column.note, personal) if part)
    return (told or name if _whole(name, dialect) else told) + _whole(name, dialect)


def _whole(name: str, dialect: Dialect) -> str:
    """The name that had to be shortened."""
    return f" (whole name: {name})" if shortened(name, dialect.longest) != name else ""


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

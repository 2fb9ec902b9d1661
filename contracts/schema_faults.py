"""What a contract file has against the JSON Schema, in words for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SchemaFault = tuple[tuple[str | int, ...], str, str]
"""Where it stands in the document, what is wrong, what to do."""


def schema_faults(data: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[SchemaFault]:
    """Yield every fault of a document; nothing for one that the schema allows."""
    for error in Draft202012Validator(schema).iter_errors(data):
        yield from _told(_deepest(error))


def _deepest(error: ValidationError) -> ValidationError:
    """The branch of a oneOf/anyOf that came furthest says most about what is wrong."""
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return error


def _told(error: ValidationError) -> Iterator[SchemaFault]:
    path: tuple[str | int, ...] = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str):
        path = (*path, error.instance)
    if error.validator == "additionalProperties" and isinstance(error.schema, dict):
        known = list(error.schema.get("properties", ()))
        for key in [key for key in cast(dict[str, Any], error.instance) if key not in known]:
            near = difflib.get_close_matches(key, known, 1)
            todo = f"write `{near[0]}`" if near else f"use one of: {', '.join(known)}"
            yield (*path, key), f"unknown key `{key}`", todo
        return
    where = ".".join(map(str, path)) or "the contract"
    yield path, f"{where}: {_words(error)}", _advice(error)


def _words(error: ValidationError) -> str:
    if error.validator == "required":
        missing = [
            key for key in cast(list[str], error.validator_value) if key not in cast(dict[str, Any], error.instance)
        ]
        return f"`{'`, `'.join(missing)}` is missing"
    if error.schema is False:
        return "is not allowed here"
    text = error.message
    return text if len(text) <= 200 else f"{text[:200]}..."


def _advice(error: ValidationError) -> str:
    if isinstance(error.schema, dict) and "description" in error.schema:
        return str(error.schema["description"])
    if error.validator == "enum":
        return f"write one of: {', '.join(map(str, cast(list[str], error.validator_value)))}"
    if error.validator == "pattern":
        return f"write it as {error.validator_value}"
    return ""

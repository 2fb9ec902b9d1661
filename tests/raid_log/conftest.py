"""Stores for the tests of the RAID log."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from raid_log import Store, open_store

POSTGRES = os.environ.get("HARNESS_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A schema of its own."""
    admin = create_engine(POSTGRES, connect_args={"connect_timeout": 2})
    schema = f"raid_log_{uuid.uuid4().hex}"
    try:
        with admin.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    except OperationalError:
        admin.dispose()
        pytest.skip("no PostgreSQL at HARNESS_TEST_POSTGRES_URL")
    mark = "&" if "?" in POSTGRES else "?"
    try:
        yield f"{POSTGRES}{mark}options=-csearch_path%3D{schema}"
    finally:
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Store]:
    with open_store(postgres_url) as store:
        yield store

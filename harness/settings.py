"""Settings: ``harness.toml`` of the workspace, overruled by ``HARNESS_*`` variables. Secrets: variables only."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from contracts import ORACLE
from contracts.people import is_address
from harness.errors import UsageError
from harness.producers import Producer
from interfaces import Limits


class UnpackLimits(BaseModel):
    """What an archive may unpack to."""

    model_config = ConfigDict(extra="forbid")

    total_mb: int = Field(default=2048, gt=0)
    ratio: int = Field(default=200, gt=1)
    members: int = Field(default=1000, gt=0)

    def limits(self) -> Limits:
        """As the readers take them."""
        return Limits(total_bytes=self.total_mb * 1024**2, ratio=self.ratio, members=self.members)


class PodSettings(BaseModel):
    """What a delivery to a pod needs besides its address. Who signs on is told by variables alone."""

    model_config = ConfigDict(extra="forbid")

    ca_file: Path | None = None  # certificate authority of a proxy, added to the usual ones
    token_url: str = ""  # of the identity domain, for HARNESS_POD_CLIENT_ID and HARNESS_POD_CLIENT_SECRET
    token_scope: str = ""
    timeout_seconds: float = Field(default=300, gt=0)  # of one call; a large file takes the pod minutes to store
    reply_mb: int = Field(default=512, gt=0)  # a larger reply is refused
    budget_minutes: float = Field(default=120, gt=0)  # of one delivery; then it stays open, to be resumed
    parameters: dict[str, str | dict[str, str]] = {}  # setting of a contract's parameter -> text, or value -> text


class MailSettings(BaseModel):
    """The server that takes mails. Who signs on there is told by variables alone."""

    model_config = ConfigDict(extra="forbid")

    host: str = ""
    port: int | None = Field(default=None, gt=0, lt=65_536)  # default: 587, 465, 25 by the kind of TLS
    tls: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""  # address; replies and refused mails go there
    ca_file: Path | None = None  # certificate authority of a company's server, added to the usual ones
    timeout_seconds: float = Field(default=30, gt=0, le=600)  # of one answer

    @field_validator("sender")
    @classmethod
    def _one_address(cls, text: str) -> str:
        if text and not is_address(text):
            raise ValueError("write one bare mail address, e.g. raid@example.org")
        return text


class Settings(BaseSettings):
    """All settings and their defaults. Nested ones: ``HARNESS_LIMITS__TOTAL_MB=4096``."""

    model_config = SettingsConfigDict(env_prefix="HARNESS_", env_nested_delimiter="__", extra="forbid")

    profile: str = ORACLE  # a shipped profile's name, or a folder relative to the workspace
    store: str = ""  # SQLAlchemy URL; default: store.db in the workspace
    sample: int = Field(default=100, gt=0)  # findings kept per rule
    jobs: int = Field(default=1, ge=1, le=64)  # payloads that a run checks side by side
    stream_above: int = Field(default=2_000_000, ge=0)  # records of a payload that is checked part by part
    limits: UnpackLimits = UnpackLimits()
    pod: PodSettings = PodSettings()
    mail: MailSettings = MailSettings()
    producer: dict[str, Producer] = {}  # interface id -> how it is put under test


def read_settings(toml: Path | None) -> Settings:
    """Return the settings of a workspace's ``harness.toml`` (None: defaults and variables). Raises UsageError."""

    class Here(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (env_settings, *([TomlConfigSettingsSource(settings_cls, toml)] if toml else ()))

    try:
        return Here()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"setting {name}: {first['msg'].removeprefix('Value error, ')}",
            where=_variable(first["loc"]) or str(toml or "HARNESS_* variables"),
            todo="correct it",
        ) from error
    except SettingsError as error:
        todo = "write JSON, or one variable for each setting in it: HARNESS_LIMITS__TOTAL_MB=4096"
        raise UsageError(f"settings cannot be read: {error}", where="HARNESS_* variables", todo=todo) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"settings cannot be read: {error}", where=str(toml), todo="correct the file") from error


def _variable(place: Sequence[int | str]) -> str:
    """The variable that a setting, or one of those it is among, was taken from; "" where none is set."""
    names = ["HARNESS_" + "__".join(map(str, place[: count + 1])).upper() for count in range(len(place))]
    return next((name for name in names if name in os.environ), "")

"""What an operator can set, by environment variables that begin with `KAWASAN_`.

Nothing is read at import: `create_app` takes a `Settings`, so tests and the command line pass theirs.
"""

import ipaddress
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geo.language import LANGUAGES, Language, Text, joined, shortened, texts
from geo.planning.shipped import shipped_data

if TYPE_CHECKING:
    from geo.ingest.source import Limits

_SAY = texts(__name__)

_PREFIX = "KAWASAN_"
_MIB = 1024 * 1024
_MOST_SHOWN = 200
# Its libraries alone take about 0.7 GB of address space.
_READER_LEAST_BYTES = 1_024 * _MIB
# A host follows the scheme, or nothing can be linked to.
_BASE_URL = re.compile(r"https?://[^/\s?#]+[^\s?#]*")
_HOST_NAME = re.compile(r"[a-z0-9_][a-z0-9._-]{0,252}")
# What a browser sends as `Origin` (RFC 6454, 6.2), or all of them.
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/\s,]+", re.IGNORECASE)
# What may stand in an address and in a Content-Security-Policy; {s} is one of several hosts.
_TILES = re.compile(r"https?://(\{s\}\.)?[A-Za-z0-9.-]+(:[0-9]+)?/[^\s\"'<>;,\\]*")


def _store_here() -> Path:
    return Path.cwd() / ".kawasan"


class Settings(BaseSettings):
    """The service's settings; each can be given as `KAWASAN_<NAME>`.

    `base_url` is the public address of the service, for links; without it links follow the
    request's own host, where that is this machine's, an IP address or one of `hosts`. `limit`s count features of one page. `basemap` is the address of tiles of
    another service with {z}, {x} and {y}, `basemap_attribution` what these tiles ask to be said.
    `cors_origins` are separated by commas, or a JSON list. Slots and rates hold over all processes
    of one host that serve the same store.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", frozen=True)

    store: Path = Field(default_factory=_store_here)
    data_dir: Path = Field(default_factory=shipped_data)
    base_url: str | None = None
    hosts: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="Host names that the service is known by, besides this machine's own and IP addresses.",
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    max_upload_bytes: int = Field(default=256 * _MIB, ge=1)
    max_document_bytes: int = Field(
        default=_MIB, ge=1, description="Largest request body that is no upload."
    )
    default_language: Language = "id"
    basemap: str | None = None
    basemap_attribution: str = ""
    cors_origins: Annotated[list[str], NoDecode] = ["*"]
    max_limit: Annotated[int, Field(ge=1)] = 10_000
    default_limit: Annotated[int, Field(ge=1, validate_default=True)] = 100
    upload_slots: int = Field(default=2, ge=1, description="Uploads checked at the same time.")
    uploads_waiting: int = Field(
        default=8, ge=1, description="Uploads that may wait for a slot; one more is told to retry."
    )
    upload_days: int = Field(
        default=30, ge=1, description="Days that an upload waits after its last change."
    )
    requests_per_minute: int = Field(
        default=60, ge=1, description="Uploads and publications of one key in a minute."
    )
    wrong_keys_per_minute: int = Field(
        default=10, ge=1, description="Wrong keys that one address may try in a minute."
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, description="Minutes after which an idle login ends."
    )
    session_hours: int = Field(
        default=12, ge=1, description="Hours after which a login ends, however busy."
    )
    plain_http_login: bool = Field(
        default=False,
        description="Take passwords without https from other computers; for a safe network only.",
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="Addresses of proxies whose Forwarded or X-Forwarded-* headers count; by default none.",
    )
    request_idle_s: float = Field(
        default=30.0,
        ge=0.1,
        allow_inf_nan=False,
        description="Seconds after which a request of which nothing more comes is ended.",
    )
    request_total_s: float = Field(
        default=1_800.0,
        ge=0.1,
        allow_inf_nan=False,
        description="Seconds in which a request must have come whole.",
    )
    max_features: int = Field(
        default=200_000, ge=1, description="Most features of an uploaded layer."
    )
    max_vertices: int = Field(
        default=10_000_000, ge=1, description="Most vertices of an uploaded layer."
    )
    max_unpacked_bytes: int = Field(
        default=500 * _MIB, ge=1, description="Most bytes that an uploaded archive may unpack to."
    )
    reader_memory_bytes: int = Field(
        default=3_072 * _MIB,
        ge=_READER_LEAST_BYTES,
        description="Address space of the process that reads an upload.",
    )
    reader_cpu_s: int = Field(default=120, ge=1, description="Its processor time in seconds.")
    reader_wall_s: float = Field(
        default=300.0, ge=1, allow_inf_nan=False, description="Its time by the clock in seconds."
    )
    # GeoParquet of about half a million vertices; a zoom of what is smaller is simplified in a second.
    tile_archive_bytes: int = Field(
        default=8_000_000,
        ge=0,
        description="A layer whose snapshot is this large or larger has its tiles made beforehand.",
    )

    def reader_limits(self) -> "Limits":
        """How much one upload may cost."""
        from geo.ingest.source import Limits

        return replace(
            Limits(),
            upload_bytes=self.max_upload_bytes,
            features=self.max_features,
            layer_vertices=self.max_vertices,
            unpacked_bytes=self.max_unpacked_bytes,
            memory_bytes=self.reader_memory_bytes,
            cpu_s=self.reader_cpu_s,
            wall_s=self.reader_wall_s,
        )

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        if value and not _BASE_URL.fullmatch(value):
            raise PydanticCustomError("base_url", "base_url begins with http:// or https://")
        return value.rstrip("/") if value else None

    @field_validator("basemap")
    @classmethod
    def _of_tiles(cls, value: str | None) -> str | None:
        if value and not (
            _TILES.fullmatch(value) and all(x in value for x in ("{z}", "{x}", "{y}"))
        ):
            raise PydanticCustomError(
                "basemap", "basemap is an address of tiles: https://…/{{z}}/{{x}}/{{y}}.png"
            )
        return value or None

    @field_validator("default_limit")
    @classmethod
    def _not_above_the_most(cls, value: int, others: ValidationInfo) -> int:
        most = others.data.get("max_limit", value)
        if value > most:
            raise PydanticCustomError("limit", "default_limit is above max_limit", {"most": most})
        return value

    @field_validator("hosts", mode="before")
    @classmethod
    def _of_hosts(cls, value: Any) -> Any:
        """Host names, separated by commas."""
        found = value.split(",") if isinstance(value, str) else value
        found = [str(one).strip().lower().removesuffix(".") for one in found if str(one).strip()]
        if not all(map(_HOST_NAME.fullmatch, found)):
            raise PydanticCustomError("hosts", "no list of host names")
        return found

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _of_addresses(cls, value: Any) -> Any:
        """Addresses or networks, separated by commas."""
        found = value.split(",") if isinstance(value, str) else value
        found = [str(one).strip() for one in found if str(one).strip()]
        try:
            for one in found:
                ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise PydanticCustomError("trusted_proxies", "no list of addresses") from error
        return found

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Origins of a text: a JSON list, else separated by commas."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value.lstrip().startswith("[") else value.split(",")
        except ValueError as error:
            raise PydanticCustomError("cors_origins", "no list of origins") from error

    @field_validator("cors_origins")
    @classmethod
    def _of_origins(cls, value: list[str]) -> list[str]:
        origins = [one.strip().rstrip("/") for one in value if one.strip()]
        if not all(map(_ORIGIN.fullmatch, origins)):
            raise PydanticCustomError("cors_origins", "no list of origins")
        return origins


class InvalidSettings(Exception):
    """A setting with a value that it cannot have; `sentence` says which, and what it takes."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence.to(environment_language()))
        self.sentence = sentence


def read_settings(**given: Any) -> Settings:
    """The settings of the environment; what is `given` goes first.

    Raises
    ------
    InvalidSettings
        With a sentence for every setting that is wrong.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise InvalidSettings(joined([_fault(one) for one in error.errors()], by=" ")) from error


def environment_language() -> Language:
    """The default language, also where other settings are wrong."""
    stated = os.environ.get(_PREFIX + "DEFAULT_LANGUAGE")
    return next((language for language in LANGUAGES if language == stated), LANGUAGES[0])


def _fault(error: ErrorDetails) -> Text:
    facts: dict[str, Any] = {"reason": error["msg"], **error.get("ctx", {})}
    key = error["type"] if error["type"] in _TOLD else "other"
    name = _PREFIX + str(error["loc"][0]).upper()
    value = shortened(str(error["input"]), _MOST_SHOWN)
    return _SAY[f"wrong_{key}"].format(name=name, value=value, **facts)


# The kinds of fault that have a sentence; of others pydantic's own reason is told.
_TOLD = {
    "base_url",
    "basemap",
    "bool_parsing",
    "cors_origins",
    "float_parsing",
    "greater_than_equal",
    "hosts",
    "int_parsing",
    "less_than_equal",
    "limit",
    "literal_error",
    "trusted_proxies",
}

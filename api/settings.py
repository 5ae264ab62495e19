"""What an operator can set, by environment variables that begin with `KAWASAN_`.

Nothing is read at import: `create_app` takes a `Settings`, so tests and the command line pass theirs.
"""

import re
import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo.language import Language

_MIB = 1024 * 1024
# What may stand in an address and in a Content-Security-Policy; {s} is one of several hosts.
_TILES = re.compile(r"https?://(\{s\}\.)?[A-Za-z0-9.-]+(:[0-9]+)?/[^\s\"'<>;,\\]*")


def _store_here() -> Path:
    return Path.cwd() / ".kawasan"


def _shipped_data() -> Path:
    # A checkout has its project file beside data/; a wheel's shared data lies under the prefix.
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        return checkout / "data"
    return Path(sys.prefix) / "share" / "kawasan" / "data"


class Settings(BaseSettings):
    """The service's settings; each can be given as `KAWASAN_<NAME>`.

    `base_url` is the public address of the service, for links; without it links follow the
    request's own host. `limit`s count features of one page. `basemap` is the address of tiles of
    another service with {z}, {x} and {y}, `basemap_attribution` what these tiles ask to be said.
    """

    model_config = SettingsConfigDict(env_prefix="KAWASAN_", extra="ignore", frozen=True)

    store: Path = Field(default_factory=_store_here)
    data_dir: Path = Field(default_factory=_shipped_data)
    base_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    max_upload_bytes: int = Field(default=100 * _MIB, ge=1)
    max_document_bytes: int = Field(
        default=_MIB, ge=1, description="Largest request body that is no upload."
    )
    default_language: Language = "id"
    basemap: str | None = None
    basemap_attribution: str = ""
    cors_origins: list[str] = ["*"]
    max_limit: Annotated[int, Field(ge=1)] = 10_000
    default_limit: Annotated[int, Field(ge=1)] = 100

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("base_url begins with http:// or https://")
        return value.rstrip("/") if value else None

    @field_validator("basemap")
    @classmethod
    def _of_tiles(cls, value: str | None) -> str | None:
        if value and not (
            _TILES.fullmatch(value) and all(x in value for x in ("{z}", "{x}", "{y}"))
        ):
            raise ValueError("basemap is an address of tiles: https://…/{z}/{x}/{y}.png")
        return value or None

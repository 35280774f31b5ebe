"""A location as text: a path or the URL of a store."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import core_schema


@dataclass(frozen=True)
class Url:
    """The location of a lake.

    It is neither a path nor text: it cannot be opened, joined by ``/`` or given to ``Path``. Files behind it are
    accessed through a ``Store``.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def scheme(self) -> str:
        """The part before ``://``; empty for a path."""
        return self.text.partition("://")[0] if "://" in self.text else ""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, _: Any) -> core_schema.CoreSchema:
        def read(value: object) -> Url:
            if isinstance(value, Url):
                return value
            if isinstance(value, str | Path):
                return Url(str(value))
            raise ValueError("a path is needed, e.g. ./lake")

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.to_string_ser_schema(), json_schema_input_schema=core_schema.str_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, _: Any) -> dict[str, Any]:
        return {"type": "string", "format": "path"}

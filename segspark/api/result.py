"""What all tables of the front door can do: become a table of another library."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from segspark.errors import ConfigError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

# The extra that brings them.
EXTRA = "notebooks"


class Result(ABC):
    """A table with exact numbers; ``to_arrow`` of each says its columns and their units."""

    @abstractmethod
    def to_arrow(self) -> "pyarrow.Table":
        """The rows, as each kind of result describes them."""

    def to_pandas(self) -> "pandas.DataFrame":
        """The rows of ``to_arrow`` as a frame of pandas."""
        frame: pandas.DataFrame = self.to_arrow().to_pandas()
        return frame

    def to_polars(self) -> "polars.DataFrame":
        """The rows of ``to_arrow`` as a frame of Polars.

        Raises:
            ConfigError: Polars is not installed.
        """
        library = installed("polars", lambda: __import__("polars"))
        frame: polars.DataFrame = library.from_arrow(self.to_arrow())
        return frame


def installed(name: str, load: Callable[[], Any]) -> Any:
    """A library that is no part of the installation by itself.

    Raises:
        ConfigError: it is not there; says how it comes.
    """
    try:
        return load()
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ConfigError(f"{name} is not installed. Run: pip install 'segspark[{EXTRA}]'") from None

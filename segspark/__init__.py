"""segspark: customer segments for e-mail marketers on Spark and Delta."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segspark.api.workspace import Workspace as Workspace
    from segspark.api.workspace import open as open

__version__ = "0.1.0"
# Loaded when they are first asked for: whoever imports one module does not pay for what answers questions.
_FRONT_DOOR = ("Workspace", "open")


def __getattr__(name: str) -> Any:
    if name in _FRONT_DOOR:
        from segspark.api import workspace

        return getattr(workspace, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_FRONT_DOOR])

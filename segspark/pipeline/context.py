"""What a step uses beside tables: catalogue, definitions, calendar, models, key; each resolved once, on first use.

A package declares what it can resolve as a ``Resource``. The pipeline knows none of them: it gives a flow the
resources it declares, and includes their identities in the identity of the run.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import RLock
from typing import Any, Generic, TypeVar

from segspark.config.models import Settings, Workspace
from segspark.errors import SegsparkError

T = TypeVar("T", covariant=True)


@dataclass(frozen=True)
class Resource(Generic[T]):
    """Something resolved from a workspace and possibly a day.

    Attributes:
        name: for messages and the record of a run.
        resolve: reads and checks it.
        identify: everything in it that affects rows, as plain data, without loading large parts.
    """

    name: str
    resolve: "Callable[[Setting], T]"
    identify: "Callable[[Setting], object]"


Needs = tuple[Resource[Any], ...] | Callable[[], tuple[Resource[Any], ...]]
"""Declared resources, or a function of them where they are known only when a flow runs."""


def resources_of(needs: Needs) -> tuple[Resource[Any], ...]:
    """The declared resources."""
    return needs() if callable(needs) else needs


@dataclass(frozen=True)
class Setting:
    """Where a resource is resolved: the workspace with its folder, the day, and other resources."""

    workspace: Workspace
    day: date | None
    resolved: "Context" = field(repr=False)

    @property
    def as_of(self) -> date:
        """The day.

        Raises:
            SegsparkError: the question has no day.
        """
        if self.day is None:
            raise SegsparkError("This follows from a day, and the question names none.")
        return self.day

    def __getitem__(self, resource: Resource[T]) -> T:
        return self.resolved.resolve(resource)


class Context:
    """The resources of one step or question.

    Attributes:
        settings: the workspace's settings without the locations of its lake and files.
    """

    def __init__(self, workspace: Workspace, as_of: date | None, needs: Needs, name: str) -> None:
        self.settings: Settings = workspace.settings
        self._setting = Setting(workspace, as_of, self)
        self._needs, self._name = resources_of(needs), name
        self._values: dict[Resource[Any], Any] = {}
        self._lock = RLock()

    def __getitem__(self, resource: Resource[T]) -> T:
        """The resource's value.

        Raises:
            SegsparkError: the flow does not declare it.
        """
        if resource not in self._needs:
            raise SegsparkError(f"{resource.name} is looked up by {self._name}, which does not declare it.")
        return self.resolve(resource)

    def on(self, day: date) -> "Context":
        """The same resources as of a day."""
        return Context(self._setting.workspace, day, self._needs, self._name)

    def resolve(self, resource: Resource[T]) -> T:
        """The value of any resource, declared or not."""
        with self._lock:
            if resource not in self._values:
                self._values[resource] = resource.resolve(self._setting)
            value: T = self._values[resource]
            return value

    def identities(self) -> dict[str, object]:
        """Name -> identity of every declared resource."""
        return {r.name: r.identify(self._setting) for r in self._needs}

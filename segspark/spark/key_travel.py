"""What of the key goes to the tasks of a session: nothing where they find it themselves, else as little as will do."""

import os
from collections.abc import Callable
from typing import Any

from segspark import task_keys
from segspark.pseudonyms import Key
from segspark.spark.checkpoints import is_of_one_process
from segspark.spark.classic import variable_of_java
from segspark.spark.jobs import active_context
from segspark.spark.scratch import private_file
from segspark.task_keys import Handed, Origin, check_of, packed

# Of keys that executors have been asked for, and have.
_on_executors: set[str] = set()
_files: dict[str, str] = {}


def carry_keys() -> None:
    """From here on notes of keys are made for this process's session."""
    task_keys.hand_over = handed


def handed(key: Key) -> Handed | None:
    context = active_context()
    if context is None:
        return None
    if is_of_one_process(context.master):
        return None if _workers_find(context, key.origin) else Handed(file=_file_of(key))
    if check_of(key) in _on_executors or not is_encrypted(context.getConf().get):
        return None
    return Handed(content=packed(key))


def is_on_executors(key: Key) -> None:
    """Every executor has found the key, so that nothing of it has to travel."""
    _on_executors.add(check_of(key))


def is_encrypted(setting: Callable[..., str | None]) -> bool:
    """Whether nothing travels between the processes of a session in clear, and nothing lies on their disks in clear."""

    def is_on(name: str) -> bool:
        return str(setting(f"spark.{name}", "false")).lower() == "true"

    travels = is_on("network.crypto.enabled") or is_on("ssl.rpc.enabled")
    return is_on("authenticate") and travels and is_on("io.encryption.enabled")


def _workers_find(context: Any, origin: Origin | None) -> bool:
    """Whether this machine's Python workers find it: they have the environment with which Java was started."""
    if origin is None:
        return False
    named = os.environ.get(origin.environment) or None
    return (variable_of_java(context, origin.environment) or None) == named


def _file_of(key: Key) -> str:
    check = check_of(key)
    if not os.path.isfile(_files.get(check, "")):
        _files[check] = private_file(packed(key))
    return _files[check]

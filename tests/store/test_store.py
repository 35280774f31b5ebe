"""Every store can do what the protocol says."""

import inspect

import pytest

from segspark.store import Store
from segspark.store.hdfs import HdfsStore
from segspark.store.local import LocalStore
from segspark.store.objects import ObjectStore


@pytest.mark.parametrize("kind", [LocalStore, ObjectStore, HdfsStore])
def test_each_store_has_every_method_of_the_protocol_with_its_parameters(kind: type) -> None:
    wanted = {n: m for n, m in vars(Store).items() if not n.startswith("_")}
    assert {"read", "open", "create", "list", "matching", "put_if_absent", "replace", "delete_tree"} <= set(wanted)
    for name, method in wanted.items():
        have = vars(kind)[name]
        if isinstance(method, property):
            assert isinstance(have, property)
            continue
        parameters = [(p.name, p.default) for p in inspect.signature(method).parameters.values()]
        assert [(p.name, p.default) for p in inspect.signature(have).parameters.values()] == parameters, name
    # Object stores have none.
    assert not {"rename", "move"} & {*wanted, *vars(kind)}

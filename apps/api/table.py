"""All operations of the API, from the table of resources, kept objects, and the others."""

from functools import cache

from apps.api import deeds, kept, resources
from apps.api.operation import Operation


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, once. Modules and pages do not change while the hub runs."""
    objects = tuple(kept.resources())
    return (
        *resources.operations((*resources.RESOURCES, *objects)),
        *(operation for each in objects for operation in kept.operations(each)),
        *deeds.OPERATIONS,
    )

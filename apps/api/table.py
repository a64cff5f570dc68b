"""All operations of the API, from the table of resources, kept objects, and the others."""

from functools import cache

from apps.api import accounts, deeds, kept, overviews, resources, upkeep
from apps.api.operation import Operation


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, once. Modules and pages do not change while the hub runs."""
    objects = tuple(kept.resources())
    return (
        *resources.operations((*resources.RESOURCES, *accounts.RESOURCES, *objects)),
        *(operation for each in objects for operation in kept.operations(each)),
        *(upkeep.lines(each) for each in objects),
        *deeds.OPERATIONS,
        *overviews.OPERATIONS,
        *upkeep.OPERATIONS,
        *accounts.OPERATIONS,
    )

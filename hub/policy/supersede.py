"""Which waiting pushes a newer push of the same object makes pointless."""

from hub.ocpi.module import Effect

# A whole object, or its removal, says everything that older pushes of it said; a PATCH does not.
_WHOLE = frozenset({Effect.REPLACE, Effect.REMOVE})


def supersedes(newer: Effect) -> bool:
    """Whether a push of this kind replaces every older push of the same object that has not been
    tried yet. One that was tried may be under way: it keeps its place, ahead of the newer one."""
    return newer in _WHOLE

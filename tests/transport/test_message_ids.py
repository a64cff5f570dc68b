"""Ids that the hub gives to its own requests."""

import uuid

from apps.message_ids import new_id


def test_an_id_is_a_random_uuid() -> None:
    found = [new_id() for _ in range(500)]
    assert len(set(found)) == 500
    for text in found:
        read = uuid.UUID(text)
        assert (str(read), read.version, read.variant) == (text, 4, uuid.RFC_4122)

"""The tables and enums of OCPI 2.1.1, by name.

Objects say nothing of their owner here, and carry the Location they are about inside them. 2.1.1
calls every string ASCII; ids and codes are held to that, texts for people are not: addresses and
names come in their own alphabet from every platform.
"""

from hub.ocpi.schema.v2_1_1 import (
    cdrs,
    commands,
    configuration,
    enums,
    locations,
    sessions,
    shared,
    tariffs,
    tokens,
)

TABLES = {
    table.name: table
    for chapter in (shared, configuration, locations, sessions, cdrs, tariffs, tokens, commands)
    for table in chapter.TABLES
}
ENUMS = {enum.name: enum for enum in enums.ENUMS}

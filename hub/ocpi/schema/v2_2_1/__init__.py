"""The tables and enums of OCPI 2.2.1, by name."""

from hub.ocpi.schema.v2_2_1 import (
    cdrs,
    chargingprofiles,
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
    for chapter in (
        shared,
        configuration,
        locations,
        sessions,
        cdrs,
        tariffs,
        tokens,
        commands,
        chargingprofiles,
    )
    for table in chapter.TABLES
}
ENUMS = {enum.name: enum for enum in enums.ENUMS}

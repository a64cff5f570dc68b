"""What objects look like: the field tables of each OCPI version, and one walker that applies them.

    findings = check(SCHEMAS["2.2.1"]["Location"], decoded)
    refused_for = refusing(Mode.LENIENT, findings)

Which class a message has is said by `hub.ocpi.schema.messages`.
"""

from hub.ocpi.schema import v2_2_1
from hub.ocpi.schema.findings import Finding, Kind, Mode, Severity, refusing
from hub.ocpi.schema.walk import Class, Schema, check

SCHEMAS = {"2.2.1": Schema("2.2.1", v2_2_1.TABLES, v2_2_1.ENUMS)}

__all__ = [
    "SCHEMAS",
    "Class",
    "Finding",
    "Kind",
    "Mode",
    "Schema",
    "Severity",
    "check",
    "refusing",
]

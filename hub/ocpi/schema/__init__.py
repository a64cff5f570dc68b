"""What objects look like: the field tables of each OCPI version, and one walker that applies them.

    findings = check(SCHEMAS["2.2.1"]["Location"], decoded)
    refused_for = refusing(Mode.LENIENT, findings)

Which class a message has is said by `hub.ocpi.schema.messages`.
"""

from hub.ocpi.schema import v2_1_1, v2_2_1, v2_3_0
from hub.ocpi.schema.findings import Finding, Kind, Mode, Severity, refusing
from hub.ocpi.schema.walk import Class, Schema, check

SCHEMAS = {
    "2.1.1": Schema("2.1.1", v2_1_1.TABLES, v2_1_1.ENUMS),
    "2.2.1": Schema("2.2.1", v2_2_1.TABLES, v2_2_1.ENUMS),
    "2.3.0": Schema("2.3.0", v2_3_0.TABLES, v2_3_0.ENUMS),
}

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

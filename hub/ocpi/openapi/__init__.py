"""The OCPI side of the hub as OpenAPI 3.1, derived from module descriptions and field tables."""

from hub.ocpi.openapi.document import document

__all__ = ["document"]

"""Bodies that are not JSON: lines of objects, as a file."""

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser

LINES = "application/jsonl"
MIB = 1024 * 1024
LONGEST_BODY = 64 * MIB


class TooLarge(APIException):
    """A body that is longer than the API takes."""

    status_code = 413
    default_detail = f"A body has {LONGEST_BODY // MIB} MiB at the most: send the lines in parts."


class Lines(BaseParser):
    """JSON Lines, read while they are taken in."""

    media_type = LINES

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The body as a file for reading bytes. Raises TooLarge."""
        if int(stream.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            raise TooLarge
        return stream

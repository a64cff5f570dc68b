"""Answers as JSON: moments in UTC to the millisecond, as everywhere in the hub."""

from datetime import datetime
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from hub.ocpi.datetimes import render


class Encoder(JSONEncoder):
    def default(self, obj: Any) -> Any:
        return render(obj) if isinstance(obj, datetime) else super().default(obj)


class Json(JSONRenderer):
    encoder_class = Encoder

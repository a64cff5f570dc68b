"""The JSON twin of a page: the same data, at the same address with `format=json`."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from hub.ocpi.datetimes import render


def wanted(request: HttpRequest) -> bool:
    """Whether the page's data is asked for."""
    return (request.GET.get("format") or request.POST.get("format")) == "json"


def plain(value: object) -> str:
    """What JSON has no word for: a moment, in UTC with Z."""
    if isinstance(value, datetime):
        return render(value)
    raise TypeError(f"{type(value).__name__} in an answer")


def twin(data: Any, status: int = 200) -> HttpResponse:
    """Data as a JSON document, moments in UTC to the millisecond."""
    text = json.dumps(data, indent=2, ensure_ascii=False, default=plain)
    return HttpResponse(text + "\n", content_type="application/json", status=status)

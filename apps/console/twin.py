"""The JSON twin of a page: the same data, at the same address with `format=json`."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.console.command_line import plain


def wanted(request: HttpRequest) -> bool:
    """Whether the page's data is asked for."""
    return (request.GET.get("format") or request.POST.get("format")) == "json"


def twin(data: Any, status: int = 200) -> HttpResponse:
    """Data as a JSON document, moments in UTC to the millisecond."""
    text = json.dumps(data, indent=2, ensure_ascii=False, default=plain)
    return HttpResponse(text + "\n", content_type="application/json", status=status)

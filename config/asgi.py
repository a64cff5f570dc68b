"""The hub's front door: partners to the gateway, operators to Django, monitors to config.health."""

import os
import warnings
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

pages = get_asgi_application()  # loads the apps, so it comes before everything that uses a model

from apps.gateway.asgi import application as gateway  # noqa: E402
from config import bounded, celery, health  # noqa: E402

# Static files come from whitenoise as plain iterators: a few small files, read whole, cost nothing.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

celery_app = celery.app  # tasks sent from here need the application, although nothing names it


async def application(scope: Any, receive: Any, send: Any) -> None:
    # Decoded, which a fixed prefix does not mind; the gateway itself reads raw_path.
    path = scope.get("path", "")
    if scope["type"] == "lifespan" or path.startswith("/ocpi/") or path == "/ocpi":
        await gateway(scope, receive, send)
    elif path in health.PAGES:
        await health.answer(health.PAGES[path], send)
    elif bounded.announced(scope) > bounded.MOST:
        await bounded.refuse(send)
    else:
        await pages(scope, bounded.bounded(receive), send)

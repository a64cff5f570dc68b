"""The operator's pages and API, and public documents. Partners' traffic: config/asgi.py."""

from django.contrib import admin
from django.urls import include, path, re_path

from apps.api import openapi

urlpatterns = [
    path("admin/", include("apps.console.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("apps.api.urls")),
    path("schema/", openapi.listing, name="schemas"),
    re_path(
        r"^schema/ocpi-(?P<version>[0-9.]+)\.(?P<form>json|yaml)$", openapi.page, name="schema"
    ),
]

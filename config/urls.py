"""The operator's pages, and public documents. Partners' traffic is not Django's: config/asgi.py."""

from django.contrib import admin
from django.urls import path, re_path

from apps.api import openapi

urlpatterns = [
    path("admin/", admin.site.urls),
    re_path(r"^schema/ocpi-(?P<version>[0-9.]+)\.(?P<form>json|yaml)$", openapi.page),
]

"""The operator's pages. Partners' URLs are not Django's: see config/asgi.py."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]

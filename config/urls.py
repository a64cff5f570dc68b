"""The operator's pages. Partners' URLs are not Django's: see config/asgi.py."""

from django.contrib import admin
from django.urls import path

admin.site.site_header = admin.site.site_title = "OCPI hub"

urlpatterns = [
    path("admin/", admin.site.urls),
]

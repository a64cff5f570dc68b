"""Pages of the operator that are not the page of a table; they come before those of the admin."""

from django.contrib import admin
from django.urls import path

from apps.console.pages import (
    agreement_matrix,
    agreement_pair,
    api_tokens,
    commands,
    conversions,
    dashboard,
    dry_run,
    location_map,
    network,
    object_version,
    objects,
    onboarding,
    pushes,
    quality,
    register,
    second_factor,
    trace,
)

app_name = "console"
urlpatterns = [
    path("", admin.site.admin_view(dashboard.page), name="dashboard"),
    path("network/", admin.site.admin_view(network.page), name="network"),
    path("second-factor/", admin.site.admin_view(second_factor.page), name="second_factor"),
    path("api-tokens/", admin.site.admin_view(api_tokens.page), name="api_tokens"),
    path("register/", admin.site.admin_view(register.page), name="register"),
    path("trace/", admin.site.admin_view(trace.page), name="trace"),
    path("dry-run/", admin.site.admin_view(dry_run.page), name="dry_run"),
    path(
        "onboarding/<int:platform_id>/",
        admin.site.admin_view(onboarding.page),
        name="onboarding",
    ),
    path(
        "agreements/matrix/", admin.site.admin_view(agreement_matrix.page), name="agreement_matrix"
    ),
    path("agreements/pair/", admin.site.admin_view(agreement_pair.page), name="agreement_pair"),
    path("commands/", admin.site.admin_view(commands.page), name="commands"),
    path("quality/", admin.site.admin_view(quality.page), name="quality"),
    path(
        "quality/<str:country>/<str:party>/",
        admin.site.admin_view(quality.owner_page),
        name="quality_owner",
    ),
    path("map/", admin.site.admin_view(location_map.page), name="map"),
    path("objects/", admin.site.admin_view(objects.page), name="objects"),
    path(
        "objects/<str:module>/<int:sequence>/<str:version>/",
        admin.site.admin_view(object_version.page),
        name="object_version",
    ),
    path("conversions/", admin.site.admin_view(conversions.page), name="conversions"),
    path("pushes/", admin.site.admin_view(pushes.page), name="pushes"),
]

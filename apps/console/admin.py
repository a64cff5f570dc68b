"""Puts the operator's pages into Django's admin."""

from django.conf import settings
from django.contrib import admin

from apps.console import kept_rows
from apps.console.pages import (
    agreements,
    claims,
    deliveries,
    findings,
    kept,
    messages,
    platforms,
    pulls,
)
from apps.outbox.models import Delivery
from apps.parties.models import Agreement, PartyClaim, Platform
from apps.store.models import Finding
from apps.sync.models import Pull, Source
from apps.traffic.models import Leg

admin.site.site_header = admin.site.site_title = (
    f"{settings.HUB.name} {'/'.join(settings.HUB.party)}"
)
admin.site.index_title = "Overview"
admin.site.site_url = None  # the hub has no other site than this one

admin.site.register(Platform, platforms.PlatformAdmin)
admin.site.register(PartyClaim, claims.ClaimAdmin)
admin.site.register(Agreement, agreements.AgreementAdmin)
admin.site.register(Leg, messages.LegAdmin)
admin.site.register(Delivery, deliveries.DeliveryAdmin)
admin.site.register(Source, pulls.SourceAdmin)
admin.site.register(Pull, pulls.PullAdmin)
admin.site.register(Finding, findings.FindingAdmin)
for model in kept_rows.models():
    admin.site.register(model, kept.admin_of(model))

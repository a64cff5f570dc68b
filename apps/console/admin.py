"""Puts the operator's pages into Django's admin."""

from django.conf import settings
from django.contrib import admin

from apps.alerts.models import Alert
from apps.audit.models import Entry
from apps.console import kept_rows
from apps.console.pages import (
    agreements,
    alerts,
    audit,
    claims,
    deliveries,
    findings,
    kept,
    messages,
    platforms,
    pulls,
    users,
)
from apps.operators.login import LoginForm
from apps.outbox.models import Delivery
from apps.parties.models import Agreement, PartyClaim, Platform
from apps.store.models import Finding
from apps.sync.models import Pull, Source
from apps.traffic.models import Leg

admin.site.site_header = admin.site.site_title = (
    f"{settings.HUB.name} {'/'.join(settings.HUB.party)}"
)
admin.site.index_title = "Dashboard"
admin.site.index_template = "console/dashboard.html"
admin.site.login_form = LoginForm
admin.site.site_url = None  # the hub has no other site than this one

admin.site.register(Alert, alerts.AlertAdmin)
admin.site.register(Platform, platforms.PlatformAdmin)
admin.site.register(PartyClaim, claims.ClaimAdmin)
admin.site.register(Agreement, agreements.AgreementAdmin)
admin.site.register(Leg, messages.LegAdmin)
admin.site.register(Delivery, deliveries.DeliveryAdmin)
admin.site.register(Source, pulls.SourceAdmin)
admin.site.register(Pull, pulls.PullAdmin)
admin.site.register(Finding, findings.FindingAdmin)
admin.site.register(Entry, audit.EntryAdmin)
users.register()
for model in kept_rows.models():
    admin.site.register(model, kept.admin_of(model))

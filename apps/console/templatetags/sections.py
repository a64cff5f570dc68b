"""The operator's menu: sections by what one looks for, not one per Python package."""

from typing import Any

from django import template
from django.urls import reverse

from apps.console.pages import (
    agreement_matrix,
    commands,
    conversions,
    dry_run,
    location_map,
    network,
    objects,
    pushes,
    quality,
    trace,
)

register = template.Library()

# Models by object name, in the order of the menu; the others are tables of kept objects.
SECTIONS = {
    "Alerts": ("Alert",),
    "Network": ("Platform", "PartyClaim", "Agreement"),
    "Traffic": ("Leg", "Delivery", "Source", "Pull"),
    "Kept objects": ("Finding",),
    "Operators": ("User", "Group", "Entry"),
}
OTHERS = "Kept objects"
# Pages that are not the page of a table: name, URL, and the permissions to see it.
PAGES = {
    "Network": (
        ("Network", "console:network", network.NEEDED),
        ("Agreements matrix", "console:agreement_matrix", agreement_matrix.NEEDED),
        ("Dry run", "console:dry_run", dry_run.NEEDED),
    ),
    "Traffic": (
        ("Trace", "console:trace", trace.NEEDED),
        ("Commands", "console:commands", commands.NEEDED),
        ("Deliveries by push", "console:pushes", pushes.NEEDED),
        ("Conversions", "console:conversions", conversions.NEEDED),
    ),
    "Kept objects": (
        ("Objects", "console:objects", objects.NEEDED),
        ("Map of Locations", "console:map", location_map.NEEDED),
        ("Data quality", "console:quality", quality.NEEDED),
    ),
}


@register.simple_tag(takes_context=True)
def sections(context: Any, app_list: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps, regrouped; empty sections are left out. A section that is not empty
    has the pages that belong to it, too."""
    found = {entry["object_name"]: entry for app in app_list or () for entry in app["models"]}
    named = {name for names in SECTIONS.values() for name in names}
    grouped = {title: [found[n] for n in names if n in found] for title, names in SECTIONS.items()}
    for title, pages in PAGES.items():
        seen = [page for page in pages if context["user"].has_perms(page[2])]
        grouped[title] += [_entry(*page[:2]) for page in seen if grouped[title]]
    grouped[OTHERS] += [entry for name, entry in sorted(found.items()) if name not in named]
    return [
        {"name": title, "slug": title.lower().replace(" ", "-"), "models": models}
        for title, models in grouped.items()
        if models
    ]


def _entry(name: str, url: str) -> dict[str, Any]:
    """A page as Django's list has a table."""
    slug = name.replace(" ", "")
    return {"name": name, "object_name": slug, "admin_url": reverse(url), "view_only": True}

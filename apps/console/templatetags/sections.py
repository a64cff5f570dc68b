"""The operator's menu: sections by what one looks for, not one per Python package."""

from typing import Any

from django import template

register = template.Library()

# Models by object name, in the order of the menu; the others are tables of kept objects.
SECTIONS = {
    "Network": ("Platform", "PartyClaim", "Agreement"),
    "Traffic": ("Leg", "Delivery", "Source", "Pull"),
    "Kept objects": ("Finding",),
    "Operators": ("User", "Group"),
}
OTHERS = "Kept objects"


@register.simple_tag
def sections(app_list: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps, regrouped; empty sections are left out."""
    found = {entry["object_name"]: entry for app in app_list or () for entry in app["models"]}
    named = {name for names in SECTIONS.values() for name in names}
    grouped = {title: [found[n] for n in names if n in found] for title, names in SECTIONS.items()}
    grouped[OTHERS] += [entry for name, entry in sorted(found.items()) if name not in named]
    return [
        {"name": title, "slug": title.lower().replace(" ", "-"), "models": models}
        for title, models in grouped.items()
        if models
    ]

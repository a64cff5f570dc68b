"""Finds the module descriptions and holds the one frozen registry of them.

A description is `MODULE` (or several are `MODULES`) in `<app>/ocpi.py` of an installed app, in a
file of `apps/custom`, or in a module named by the setting HUB_MODULES. They are found once, at
start-up; a bad one stops it.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps as installed
from django.conf import settings

from apps import custom
from hub.ocpi.module import Module
from hub.ocpi.registry import Registry

_found: Registry | None = None


def registry() -> Registry:
    """All modules, looked for once. Raises BadDescription or ImportError, naming what is wrong."""
    global _found
    if _found is None:
        described = (module for name in _names() for module in _described(name))
        _found = Registry(described, frozenset(_timed()))
    return _found


def _described(name: str) -> tuple[Module, ...]:
    """What a file describes: its MODULE, or its MODULES where several share one ModuleID."""
    names = vars(import_module(name))
    return names["MODULES"] if "MODULES" in names else (names["MODULE"],)


def _names() -> Iterator[str]:
    for config in installed.get_app_configs():
        if config.name.startswith("apps.") and find_spec(f"{config.name}.ocpi"):
            yield f"{config.name}.ocpi"
    for found in pkgutil.iter_modules(custom.__path__, f"{custom.__name__}."):
        yield found.name
    yield from settings.HUB.modules


def _timed() -> Iterator[str]:
    """The modules with a table of their own whose parts keep moments."""
    for model in installed.get_models():
        parts = [related.related_model for related in model._meta.related_objects]
        fields = {field.name for part in parts for field in part._meta.get_fields()}
        if "moments" in fields and "module_id" in vars(model):
            yield vars(model)["module_id"]


def module_of(module_id: str) -> Module:
    """The description with that id; KeyError when there is none."""
    return registry()[module_id]

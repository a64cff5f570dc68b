"""A moment in a template, written as everywhere else."""

from django import template

from apps.console.columns import shown

register = template.Library()
register.filter("moment", shown)

"""A moment or an amount in a template, written as everywhere else."""

from django import template

from apps.console import amounts
from apps.console.columns import shown

register = template.Library()
register.filter("moment", shown)
register.filter("share", amounts.share)
register.filter("tone", amounts.tone)
register.filter("milliseconds", amounts.milliseconds)
register.filter("lasting", amounts.lasting)
register.filter("thousands", amounts.thousands)

"""The URLs of the operator's API, below /api/."""

from django.urls import path

from apps.api import documentation, table, views

app_name = "api"
urlpatterns = [
    path("", documentation.page, name="documentation"),
    path("schema", documentation.Schema.as_view(), name="schema"),
    *views.patterns(table.operations()),
]

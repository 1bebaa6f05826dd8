"""Addresses of the planning studio."""

from django.urls import path

from localcare.capacity import change_pages, views, what_if_pages

app_name = "capacity"
urlpatterns = [
    path("planning/", views.index, name="index"),
    path("planning/compare/", views.compare, name="compare"),
    path("planning/compare/figures.csv", views.comparison_file, {"kind": "csv"}, name="compare_csv"),
    path("planning/compare/tables.xlsx", views.comparison_file, {"kind": "xlsx"}, name="compare_xlsx"),
    path("planning/<slug:scenario>/", views.scenario, name="scenario"),
    path("planning/<slug:scenario>/file/<str:file>", views.file, name="file"),
    path("planning/<slug:scenario>/fork/", change_pages.fork, name="fork"),
    path("planning/<slug:scenario>/assumptions/", change_pages.assumptions, name="assumptions"),
    path("planning/<slug:scenario>/assumptions/change/", change_pages.change, name="change"),
    path("planning/<slug:scenario>/assumptions/halve/", change_pages.halve, name="halve"),
    path("planning/<slug:scenario>/assumptions/beds/", change_pages.beds, name="beds"),
    path("planning/<slug:scenario>/hubs/", what_if_pages.hubs, name="hubs"),
    path("planning/<slug:scenario>/hubs/keep/", what_if_pages.keep, name="keep_hubs"),
    path("planning/<slug:scenario>/text/", change_pages.text, name="text"),
    path("planning/<slug:scenario>/compute/", change_pages.compute, name="compute"),
    path("planning/<slug:scenario>/cancel/", change_pages.cancel, name="cancel"),
    path("planning/<slug:scenario>/lock/", change_pages.lock, name="lock"),
]

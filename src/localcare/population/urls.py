"""Who we serve: registers and segments, never a name."""

from django.urls import path

from localcare.population import dashboard_pages, explorer_pages, quality_pages, views

app_name = "population"
urlpatterns = [
    path("population/", views.index, name="index"),
    path("population/registers/", views.registers, name="registers"),
    path("population/explorer/", explorer_pages.explorer, name="explorer"),
    path("population/explorer.csv", explorer_pages.explorer_csv, name="explorer_csv"),
    path("population/explorer.xlsx", explorer_pages.explorer_xlsx, name="explorer_xlsx"),
    path("population/practice/", dashboard_pages.overview, name="dashboard"),
    path("population/practice/costliest/", dashboard_pages.people, name="costliest"),
    path("population/practice.csv", dashboard_pages.as_csv, name="dashboard_csv"),
    path("population/practice.xlsx", dashboard_pages.as_xlsx, name="dashboard_xlsx"),
    path("population/measures/", dashboard_pages.measures, name="measures"),
    path("population/variation/", views.variation, name="variation"),
    path("population/quality/", quality_pages.overview, name="quality"),
    path("population/quality.csv", quality_pages.quality_csv, name="quality_csv"),
    path("population/quality.xlsx", quality_pages.quality_xlsx, name="quality_xlsx"),
    path("population/model/", views.model, name="model"),
    path("population/how-made/", views.how_made, name="how_made"),
    path("population/how-made/<slug:table>/", views.query, name="query"),
]

"""Who we serve: registers and segments, never a name."""

from django.urls import path

from localcare.population import explorer_pages, views

app_name = "population"
urlpatterns = [
    path("population/", views.index, name="index"),
    path("population/registers/", views.registers, name="registers"),
    path("population/explorer/", explorer_pages.explorer, name="explorer"),
    path("population/explorer.csv", explorer_pages.explorer_csv, name="explorer_csv"),
    path("population/explorer.xlsx", explorer_pages.explorer_xlsx, name="explorer_xlsx"),
    path("population/variation/", views.variation, name="variation"),
    path("population/model/", views.model, name="model"),
    path("population/how-made/", views.how_made, name="how_made"),
]

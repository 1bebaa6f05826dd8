"""Who we serve: registers and segments, never a name."""

from django.urls import path

from localcare.population import views

app_name = "population"
urlpatterns = [
    path("population/", views.index, name="index"),
    path("population/registers/", views.registers, name="registers"),
    path("population/how-made/", views.how_made, name="how_made"),
]

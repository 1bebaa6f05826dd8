"""Pages that belong to no single room, and what the machinery around us asks."""

from django.urls import path

from localcare.web import views

app_name = "web"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("help", views.help_page, name="help"),
    path("made", views.made, name="made"),
]

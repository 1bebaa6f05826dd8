from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "localcare.places"
    label = "places"

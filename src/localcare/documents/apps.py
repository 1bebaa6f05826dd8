from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "localcare.documents"
    label = "documents"

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "localcare.record"
    label = "record"

    def ready(self) -> None:
        from localcare.access import banners
        from localcare.record import queries

        banners.fill(queries.banner)

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "localcare.base"
    label = "base"

    def ready(self) -> None:
        from django.db.models import Field, ForeignKey

        from localcare.base.lookups import Among

        Field.register_lookup(Among)
        ForeignKey.register_lookup(Among)

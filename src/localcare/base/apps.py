from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "localcare.base"
    label = "base"

    def ready(self) -> None:
        from django.db.models import CharField, ForeignKey, IntegerField

        from localcare.base.lookups import Among, AmongNumbers

        CharField.register_lookup(Among)
        IntegerField.register_lookup(AmongNumbers)
        ForeignKey.register_lookup(AmongNumbers)

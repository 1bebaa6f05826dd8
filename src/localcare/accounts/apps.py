from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "localcare.accounts"
    label = "accounts"

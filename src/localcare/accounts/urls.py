"""The account of whoever is signed in; the pages of allauth follow under the same address."""

from django.urls import path, re_path

from localcare.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.index, name="index"),
    # Accounts, addresses and lost passwords go through people: these pages of allauth are shut.
    re_path(r"^(?:signup|email|confirm-email|password/reset|3rdparty/signup|social/signup)(?:/.*)?$", views.closed),
]

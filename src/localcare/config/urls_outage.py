"""The pages of an outage, and no others: signing in, finding a person, the unplanned view, an emergency, health.

The views are those of the site. A person's page is the unplanned view here, and the first page is finding a person.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from django.urls import include, path

from localcare.accounts import views as accounts
from localcare.web.views import care, shell

pages = [
    path("", care.find, name="today"),
    path("people/find/", care.find, name="find"),
    path("people/find/emergency/", care.find_in_emergency, name="find_in_emergency"),
    path("people/<int:patient_id>/", care.unplanned, name="person"),
    path("people/<int:patient_id>/unplanned/", care.unplanned, name="unplanned"),
    path("people/<int:patient_id>/emergency/", care.emergency, name="emergency"),
    path("posts/", shell.posts, name="posts"),
    path("healthz", shell.health, name="health"),
]
urlpatterns = [
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    # allauth names these; a password changed on the copy would be lost with it.
    path("account/signup/", accounts.closed, name="account_signup"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/password/reset/", accounts.closed, name="account_reset_password"),
    path("", include((pages, "web"))),
]

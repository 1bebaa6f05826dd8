"""The address of every page: one include per room that has pages."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("localcare.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("", include("localcare.careplans.urls")),
    path("", include("localcare.mdt.urls")),
    path("", include("localcare.tasks.urls")),
    path("", include("localcare.population.urls")),
    path("", include("localcare.capacity.urls")),
    path("", include("localcare.caseload.urls")),
    path("", include("localcare.web.urls")),
]

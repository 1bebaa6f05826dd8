"""Addresses of work."""

from django.urls import path

from localcare.tasks import views

app_name = "tasks"
urlpatterns = [
    path("work/", views.index, name="index"),
    path("work/visits/", views.visits, name="visits"),
    path("work/new/", views.new, name="new"),
    path("work/new/<int:patient_id>/", views.new, name="new_for"),
    path("work/<int:task_id>/", views.task, name="task"),
    path("work/<int:task_id>/<slug:way>/", views.act, name="act"),
]

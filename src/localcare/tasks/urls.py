"""Addresses of work."""

from django.urls import path

from localcare.tasks import on_the_road, views

app_name = "tasks"
urlpatterns = [
    path("my-work/", views.index, name="index"),
    path("my-work/who/", on_the_road.who, name="who"),
    path("my-work/new/", views.new, name="new"),
    path("my-work/new/<int:patient_id>/", views.new, name="new_for"),
    path("my-work/<int:task_id>/", views.task, name="task"),
    path("my-work/<int:task_id>/write-up/", on_the_road.write_up, name="write_up"),
    path("my-work/<int:task_id>/take-back/", views.take_back, name="take_back"),
    path("my-work/<int:task_id>/<slug:way>/", views.act, name="act"),
]

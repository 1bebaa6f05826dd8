"""Addresses of meetings."""

from django.urls import path

from localcare.mdt import views

app_name = "mdt"
urlpatterns = [
    path("meetings/", views.index, name="index"),
    path("meetings/new/", views.new, name="new"),
    path("meetings/add/<int:patient_id>/", views.add_case, name="add_case"),
    path("meetings/<int:meeting_id>/", views.meeting, name="meeting"),
    path("meetings/<int:meeting_id>/close/", views.close, name="close"),
    path("meetings/<int:meeting_id>/reopen/", views.reopen, name="reopen"),
    path("meetings/<int:meeting_id>/attendance/<int:post_id>/", views.attendance, name="attendance"),
    path("meetings/<int:meeting_id>/case/<int:case_id>/", views.case, name="case"),
    path("meetings/<int:meeting_id>/case/<int:case_id>/told/", views.told, name="told"),
    path("meetings/<int:meeting_id>/case/<int:case_id>/<slug:way>/", views.change, name="change"),
]

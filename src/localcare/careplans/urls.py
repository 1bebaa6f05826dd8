"""Addresses of care and support plans."""

from django.urls import path

from localcare.careplans import views

app_name = "careplans"
urlpatterns = [
    path("plans/reviews/", views.reviews, name="reviews"),
    path("plans/of/<int:patient_id>/", views.of_person, name="of_person"),
    path("plans/<int:plan_id>/", views.plan, name="plan"),
    path("plans/<int:plan_id>/write/<slug:section>/", views.write, name="write"),
    path("plans/<int:plan_id>/versions/<slug:section>/", views.versions, name="versions"),
    path("plans/<int:plan_id>/task/<slug:row_id>/", views.task, name="task"),
    path("plans/<int:plan_id>/arrange/", views.arrange, name="arrange"),
    path("plans/<int:plan_id>/agree/", views.agree, name="agree"),
    path("plans/<int:plan_id>/review/", views.review, name="review"),
    path("plans/<int:plan_id>/end/", views.end, name="end"),
]

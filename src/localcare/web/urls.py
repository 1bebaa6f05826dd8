from django.urls import path

from localcare.web.views import care, choices, oversight, shell

app_name = "web"
urlpatterns = [
    path("", care.today, name="today"),
    path("today/close/<int:statement_id>/", care.close_change, name="close_change"),
    path("people/find/", care.find, name="find"),
    path("people/find/emergency/", care.find_in_emergency, name="find_in_emergency"),
    path("people/<int:patient_id>/", care.person, name="person"),
    path("people/<int:patient_id>/choices/", choices.overview, name="choices"),
    path("people/<int:patient_id>/choices/<str:kind>/", choices.change, name="choice"),
    path("people/<int:patient_id>/unplanned/", care.unplanned, name="unplanned"),
    path("people/<int:patient_id>/emergency/", care.emergency, name="emergency"),
    path("oversight/", oversight.overview, name="oversight"),
    path("oversight/identities/", oversight.identities, name="oversight_identities"),
    path("oversight/verify/", oversight.verify, name="verify"),
    path("oversight/emergencies/<int:access_id>/", oversight.review_emergency, name="review_emergency"),
    path("posts/", shell.posts, name="posts"),
    path("made", shell.made, name="made"),
    path("help", shell.help_page, name="help"),
    path("accessibility", shell.accessibility, name="accessibility"),
    path("healthz", shell.health, name="health"),
]

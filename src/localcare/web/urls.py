from django.urls import path

from localcare.web.views import care, choices, entries, late, oversight, seals, shell, visits

app_name = "web"
urlpatterns = [
    path("", care.today, name="today"),
    path("today/close/<int:statement_id>/", care.close_change, name="close_change"),
    path("my-work/visits/", visits.visits, name="visits"),
    path("my-work/visits/file/", visits.visits_file, name="visits_file"),
    path("today/open/<int:statement_id>/", care.open_change, name="open_change"),
    path("late/", late.index, name="late"),
    path("people/find/", care.find, name="find"),
    path("people/find/emergency/", care.find_in_emergency, name="find_in_emergency"),
    path("people/<int:patient_id>/", care.person, name="person"),
    path("people/<int:patient_id>/agreed/", choices.agreed, name="agreed"),
    path("people/<int:patient_id>/choices/", choices.overview, name="choices"),
    path("people/<int:patient_id>/choices/<str:kind>/", choices.change, name="choice"),
    path("people/<int:patient_id>/write/", entries.write, name="write_entry"),
    path("people/<int:patient_id>/write/<int:statement_id>/error/", entries.error, name="entry_error"),
    path("people/<int:patient_id>/copy/", entries.copy, name="copy"),
    path("people/<int:patient_id>/seals/", seals.overview, name="seals"),
    path("people/<int:patient_id>/seals/new/<int:statement_id>/", seals.seal, name="seal"),
    path("people/<int:patient_id>/seals/<int:seal_id>/lift/", seals.lift, name="lift_seal"),
    path("people/<int:patient_id>/unplanned/", care.unplanned, name="unplanned"),
    path("people/<int:patient_id>/emergency/", care.emergency, name="emergency"),
    path("oversight/", oversight.overview, name="oversight"),
    path("oversight/identities/", oversight.identities, name="oversight_identities"),
    path("oversight/person/", oversight.person, name="oversight_person"),
    path("oversight/entries/<int:sequence>/", oversight.entry, name="oversight_entry"),
    path("oversight/verify/", oversight.verify, name="verify"),
    path("oversight/emergencies/<int:access_id>/", oversight.review_emergency, name="review_emergency"),
    path("posts/", shell.posts, name="posts"),
    path("made", shell.made, name="made"),
    path("help", shell.help_page, name="help"),
    path("accessibility", shell.accessibility, name="accessibility"),
    path("healthz", shell.health, name="health"),
]

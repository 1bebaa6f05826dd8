"""The caseload, and the practices' lists of people at greatest risk."""

from django.urls import path

from localcare.caseload.views import caseload, clinicians, decisions, effect, first, identities, lists, naming

app_name = "caseload"
urlpatterns = [
    path("caseload/", caseload.index, name="index"),
    path("caseload/room/", caseload.room, name="room"),
    path("caseload/<int:patient_id>/", caseload.entry, name="entry"),
    path("caseload/<int:patient_id>/coordinator/", caseload.coordinator, name="coordinator"),
    path("caseload/<int:patient_id>/coordinator/undo/", caseload.coordinator_undo, name="coordinator_undo"),
    path("caseload/<int:patient_id>/end/undo/", caseload.end_undo, name="end_undo"),
    path("caseload/<int:patient_id>/add/", caseload.add, name="add"),
    path("caseload/<int:patient_id>/end/", caseload.end, name="end"),
    path("identities/", identities.index, name="identities"),
    path("identities/ask/<str:practice_code>/<str:listed>/", identities.ask, name="ask_identity"),
    path("identities/<int:request_id>/", identities.who, name="identity"),
    path("identities/<int:request_id>/decide/", identities.decide, name="decide_identity"),
    path("lists/", lists.index, name="lists"),
    path("lists/effect/", effect.index, name="effects"),
    path("lists/effect/<str:cluster_code>/", effect.page, name="effect"),
    path("lists/effect/<str:cluster_code>/evaluation/", effect.record, name="evaluation"),
    path("lists/effect/<str:cluster_code>/evaluation/stop/", effect.stop, name="evaluation_stop"),
    path("lists/first/", first.cluster, name="first_cluster"),
    path("lists/<str:practice_code>/", lists.practice_list, name="practice_list"),
    path("lists/<str:practice_code>/first/", first.practice, name="first"),
    path("lists/<str:practice_code>/first/show/", first.show, name="first_show"),
    path("lists/<str:practice_code>/first/reason/", first.reason, name="first_reason"),
    path("lists/<str:practice_code>/clinicians/", clinicians.index, name="clinicians"),
    path("lists/<str:practice_code>/clinicians/<int:naming_id>/end/", clinicians.end, name="end_clinician"),
    path("lists/<str:practice_code>/show/", lists.show, name="show"),
    path("lists/<str:practice_code>/reason/", lists.reason, name="reason"),
    path("lists/<str:practice_code>/add/", naming.find, name="find"),
    path("lists/<str:practice_code>/add/<int:patient_id>/", naming.name, name="name"),
    path("lists/<str:practice_code>/named/<int:patient_id>/put-back/", decisions.put_back_named, name="put_back_named"),
    path(
        "lists/<str:practice_code>/named/<int:patient_id>/<str:decision>/", decisions.decide_named, name="decide_named"
    ),
    path("lists/<str:practice_code>/<str:listed>/put-back/", decisions.put_back, name="put_back"),
    path("lists/<str:practice_code>/<str:listed>/<str:decision>/", decisions.decide, name="decide"),
]

"""Clinicians of other organisations whom a practice names to reveal its list: whom it may name, named, ended."""

from collections.abc import Sequence

from localcare.access import facts
from localcare.access.calc.decide import REVEALS_WHERE_NAMED, may_reveal
from localcare.access.models import ListNaming, RevealSession
from localcare.access.roles import roles
from localcare.access.types import Basis, Capability, Decision, Refused, Viewer
from localcare.base import audit, clock
from localcare.places import queries as places
from localcare.staff import queries as staff
from localcare.staff.types import Post

PURPOSE = "who reveals a practice's list"
ONLY_THE_PRACTICE = "A GP or the manager of the practice says who else may reveal its list."


def reveals(viewer: Viewer, practice_code: str) -> bool:
    """Whether the viewer may see who is on a practice's list: its own clinician, or one it has named."""
    # Of one's own practice nothing needs to be asked.
    own = may_reveal(facts.viewer_facts(viewer), practice_code)
    return own or may_reveal(facts.viewer_facts(viewer, Capability.REVEAL_LIST), practice_code)


def named_by(viewer: Viewer) -> list[str]:
    """The codes of the practices whose lists the viewer may reveal because these named them, in order."""
    return sorted(facts.named_by(viewer))


def may_be_named(practice_code: str) -> list[Post]:
    """The posts of clinicians at other organisations of a practice's cluster, today, by name."""
    today = clock.today()
    cluster = places.cluster_of(practice_code, today)
    if cluster is None:
        return []
    others = {cluster.code, *places.member_codes(cluster.code, today)} - {practice_code}
    posts = staff.posts_at(others, today)
    return [post for post in posts if roles()[post.role].capabilities & REVEALS_WHERE_NAMED]


def namings(viewer: Viewer, practice_code: str) -> Sequence[ListNaming]:
    """Whom a practice has named, those in force first. Raises Refused for anybody but its GP or manager."""
    _check(viewer, practice_code)
    rows = ListNaming.objects.filter(practice_code=practice_code)
    rows = rows.select_related("post__user", "post__organisation").order_by("-starts", "-id")
    return sorted(rows, key=lambda row: row.ends is not None)


def name_for_list(*, practice_code: str, post_id: int, reason: str, by: Viewer) -> ListNaming:
    """Name a clinician of another organisation of the cluster, who may reveal the practice's list from now on.

    Naming a post again changes nothing. Raises Refused for anybody but a GP or the manager of the practice, and for
    oneself; ValueError without a reason, or for a post that cannot be named.
    """
    _check(by, practice_code)
    if not reason.strip():
        raise ValueError("Say in a few words why they need to see who is on the list.")
    post = next((post for post in may_be_named(practice_code) if post.id == post_id), None)
    if post is None:
        raise ValueError("Choose a clinician who works in another organisation of the cluster today.")
    if post.user_id == by.user_id:
        raise Refused(Decision(False, Basis.ROLE, "Nobody names themselves. Ask a colleague of the practice to."))
    with audit.transaction():
        naming, named = ListNaming.objects.get_or_create(
            practice_code=practice_code,
            post=post,
            ends=None,
            defaults={"reason": reason.strip(), "starts": clock.now(), "named_by": by.signature},
        )
        if named:
            _audit("named for the list", naming, by, naming.reason)
    return naming


def end_naming(*, practice_code: str, naming_id: int, reason: str, by: Viewer) -> ListNaming:
    """What was revealed to them closes at once, and they reveal no more. Ending what has ended changes nothing.

    Raises Refused for anybody but a GP or the manager of the practice, ValueError without a reason.
    """
    _check(by, practice_code)
    if not reason.strip():
        raise ValueError("Say in a few words why it ends.")
    with audit.transaction():
        rows = ListNaming.objects.select_for_update(of=("self",)).select_related("post")
        naming = rows.get(id=naming_id, practice_code=practice_code)
        if naming.ends:
            return naming
        naming.ends, naming.ended_by, naming.ended_why = clock.now(), by.signature, reason.strip()
        naming.save(update_fields=["ends", "ended_by", "ended_why"])
        sessions = RevealSession.objects.filter(user_id=naming.post.user_id, practice_code=practice_code)
        sessions.filter(ends__gt=naming.ends).update(ends=naming.ends)
        _audit("naming for the list ended", naming, by, naming.ended_why)
    return naming


def _check(by: Viewer, practice_code: str) -> None:
    own = by.works_at_practice and practice_code in by.practice_codes
    if not own or not by.can(Capability.NAME_REVEALER):
        raise Refused(Decision(False, Basis.ROLE, ONLY_THE_PRACTICE))


def _audit(action: str, naming: ListNaming, by: Viewer, reason: str) -> None:
    audit.record(
        action,
        by=by.actor,
        purpose=PURPOSE,
        reason=reason,
        practice=naming.practice_code,
        post=naming.post_id,
        user=naming.post.user_id,
    )

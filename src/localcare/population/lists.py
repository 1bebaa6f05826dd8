"""Counts of the practices' lists for their cluster: never who, and small numbers suppressed."""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from localcare.access import queries as gate
from localcare.base.once import once_a_request
from localcare.base.prepared import prepared
from localcare.dataset import differencing
from localcare.dataset.suppression import Line, Rule
from localcare.population import definitions as definition_files
from localcare.population import lawful
from localcare.population.models import GoneEntry, ListEntry, Run

LIST_SEGMENTATION = "age_and_conditions"
TOTAL = "total"


@once_a_request
def current_run() -> Run | None:
    """The run in use, or None before the first."""
    return next(iter(_latest_run()), None)


@prepared
def _latest_run() -> QuerySet[Any]:
    return Run.objects.order_by("-id")[:1]


@dataclass(frozen=True)
class ListCounts:
    """People on the lists of some practices: in all, by practice, group and reason; None where suppressed."""

    total: int | None
    new: int | None
    by_practice: Mapping[str, int | None]
    new_by_practice: Mapping[str, int | None]
    by_group: Mapping[str, int | None]
    by_reason: Mapping[str, int | None]
    by_change: Mapping[str, int | None]


def list_counts(practice_codes: Collection[str]) -> ListCounts:
    """How many people stand on the lists of practices, protected as published figures are.

    Practices and groups each add up to the total, so that what a total would give away is suppressed too; a person
    has up to three reasons, which add up to nothing. Nobody counts whose practice's agreement has ended.
    """
    open_lists = with_open_lists(practice_codes)
    practices, groups, reasons = _counted(practice_codes, open_lists)
    rule = Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO)
    counts: dict[Hashable, float] = {
        TOTAL: sum(practices.values()),
        **{("practice", key): n for key, n in practices.items()},
        **{("group", key): n for key, n in groups.items()},
    }
    lines = [Line(TOTAL, tuple(k for k in counts if k[0] == of)) for of in ("practice", "group")]  # type: ignore[index]
    shown = differencing.published(counts, lines, rule)
    new = _new(practice_codes, open_lists)
    return ListCounts(
        total=shown[TOTAL],
        new=new[TOTAL],
        by_practice={key: shown["practice", key] for key in practices},
        new_by_practice={code: new[code] for code in practice_codes},
        by_group={key: shown["group", key] for key in groups},
        by_reason=differencing.published(reasons, [], rule),
        by_change=_changed(open_lists, rule),
    )


def _changed(practice_codes: Collection[str], rule: Rule) -> dict[str, int | None]:
    """Up, down and gone since the run before. They add up to nothing that is shown."""
    rows = ListEntry.objects.filter(practice_code__in=list(practice_codes)).order_by()
    found = dict(rows.values_list("change").annotate(n=Count("id")))
    counts = {change: found.get(change, 0) for change in (ListEntry.Change.UP, ListEntry.Change.DOWN)}
    gone_now = GoneEntry.objects.filter(practice_code__in=list(practice_codes)).count()
    return differencing.published({**counts, GoneEntry.change: gone_now}, [], rule)


def new_on_lists(practice_codes: Collection[str]) -> int | None:
    """How many are new on the lists of practices since the run before, protected as `list_counts` is."""
    return _new(practice_codes, with_open_lists(practice_codes))[TOTAL]


def with_open_lists(practice_codes: Collection[str]) -> list[str]:
    """The practices on whose lists somebody may stand: their agreement to risk stratification has not ended."""
    ended = gate.lists_ended(practice_codes)
    return [code for code in practice_codes if code not in ended]


def _new(practice_codes: Collection[str], open_lists: Collection[str]) -> dict[Hashable, int | None]:
    found = dict(_new_by_practice(open_lists))
    new = {code: found.get(code, 0) for code in practice_codes}
    rule = Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO)
    return differencing.published({TOTAL: sum(new.values()), **new}, [Line(TOTAL, tuple(new))], rule)


@prepared
def _new_by_practice(practice_codes: Collection[str]) -> QuerySet[Any]:
    rows = ListEntry.objects.filter(practice_code__among=practice_codes, change=ListEntry.Change.NEW).order_by()
    return rows.values_list("practice_code").annotate(n=Count("id"))


def _counted(codes: Collection[str], open_lists: Collection[str]) -> tuple[Counter, Counter, Counter]:
    practices = Counter(dict.fromkeys(codes, 0))
    groups: Counter = Counter()
    reasons: Counter = Counter()
    rows = ListEntry.objects.filter(practice_code__in=list(open_lists))
    for practice, group, keys in rows.values_list("practice_code", "group", "reason_keys"):
        practices[practice] += 1
        groups[group] += 1
        reasons.update(keys.split())
    return practices, groups, reasons


@dataclass(frozen=True)
class HowMade:
    """How the lists of the run in use were made: counts as published, `assessment` None without enough data for it.

    Where no model could be fitted, `why` says why. `too_thin`: practices whose data are, and what lacks.
    """

    edition: str
    definitions: str
    share: float
    horizon_months: int
    from_age: int
    left_out: Mapping[str, str]
    fitted: bool
    people: int | None
    outcomes: int | None
    assessment: Mapping[str, float] | None
    why: str
    too_thin: Mapping[str, str]


def how_lists_are_made() -> HowMade | None:
    """For "How was this made?"; None before the first run."""
    run = current_run()
    if run is None:
        return None
    risk = definition_files.usable(settings.DATA / "segmentations").risk
    model = published_model(run)
    return HowMade(
        edition=run.edition,
        definitions=run.definitions,
        share=risk.list_share,
        horizon_months=risk.horizon_months,
        from_age=risk.from_age,
        left_out=lawful.not_used_for_risk(run),
        fitted=model["fitted"],
        people=model.get("people"),
        outcomes=model.get("outcomes"),
        assessment=model.get("assessment"),
        why=model.get("why", ""),
        too_thin=run.model.get("thin", {}),
    )


def published_model(run: Run) -> dict[str, Any]:
    """What a run says of its model, its counts of people protected as all published counts are."""
    assessment = run.model.get("assessment")
    return _protected(run.model) | ({"assessment": _protected(assessment)} if assessment else {})


def _protected(told: Mapping[str, Any]) -> dict[str, Any]:
    counts = {key: told[key] for key in ("people", "outcomes") if key in told}
    return dict(told) | differencing.published(counts, [], Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO))

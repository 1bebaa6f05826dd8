"""All scores of each observed person, each by its definition, and how many people are in each band."""

from collections.abc import Mapping
from datetime import date

import ibis
from ibis import ir

from localcare.population.calc import cms, comorbidity, stays
from localcare.population.calc.bits import bit_or
from localcare.population.calc.people import in_months_before, months_before
from localcare.population.definitions import Definitions
from localcare.population.definitions.scoring import Diagnoses, Lace, Recorded, Score
from localcare.terminology import codelists


def scores(tables: Mapping[str, ir.Table], people: ir.Table, definitions: Definitions, as_at: date) -> ir.Table:
    """Every score of every observed person; a score that cannot be given is null.

    In: tables of an edition; people with person, age (years), observed, mask, hfrs (points at any age).
    Out: person and one float64 column a score, named by its key; each definition says what its number means.
    """
    seen = people.filter(people.observed)
    answer = seen.select(
        "person",
        "age",
        "hfrs",
        cms_37=cms.score(seen.mask, definitions.cms),
        cms_20=cms.score(seen.mask, definitions.cms_20),
    )
    for part in _parts(tables, definitions, as_at):
        added = [name for name in part.columns if name != "person"]
        answer = answer.left_join(part, "person").select(*answer.columns, *added)
    return answer.select("person", **{score.key: _given(answer, score) for score in definitions.scores})


def _given(answer: ir.Table, score: Score) -> ir.FloatingValue:
    value = answer[score.key]
    if isinstance(score.method, Diagnoses):
        value = value.fill_null(0.0)
    return (answer.age >= score.from_age).ifelse(value, ibis.null("float64")).cast("float64")


def _parts(tables: Mapping[str, ir.Table], definitions: Definitions, as_at: date) -> list[ir.Table]:
    methods = {score.key: score.method for score in definitions.scores}
    coded = {key: method for key, method in methods.items() if isinstance(method, Diagnoses)}
    masks = comorbidity.code_masks(tables["code"], coded)
    parts = [diagnosed(tables["diagnosis"], masks, coded, as_at)]
    for key, method in methods.items():
        if isinstance(method, Lace):
            charlson = coded[method.comorbidity]
            parts.append(stays.lace(tables, masks, method, charlson, as_at).rename({key: "lace"}))
    recorded_by = {key: method for key, method in methods.items() if isinstance(method, Recorded)}
    return [*parts, recorded(tables["observation"], tables["code"], recorded_by, as_at)]


def diagnosed(diagnosis: ir.Table, masks: ir.Table, methods: Mapping[str, Diagnoses], as_at: date) -> ir.Table:
    """Out: person and the points of each score; only people with a diagnosis of any group in its window."""
    longest = max(method.window_months for method in methods.values())
    hits = in_months_before(diagnosis, as_at, longest).inner_join(masks, "code")
    within = {key: _within(hits, method, as_at) for key, method in methods.items()}
    held = hits.group_by("person").agg(
        **{key: bit_or(hits[method.codes], where=within[key]) for key, method in methods.items()}
    )
    return held.select(
        "person", **{k: comorbidity.points(held[k].fill_null(0), method) for k, method in methods.items()}
    )


def _within(hits: ir.Table, method: Diagnoses, as_at: date) -> ir.BooleanValue:
    return hits.on > ibis.literal(months_before(as_at, method.window_months))


def recorded(observation: ir.Table, code: ir.Table, methods: Mapping[str, Recorded], as_at: date) -> ir.Table:
    """What was recorded last of each score, the greatest of several on a day.

    In: tables `observation`, `code`; the definitions by score. Out: person and one column a score, null where it has no
    entry; values beyond its least and most are no entries. Values are taken to three places, as they are stored short.
    """
    codes = ibis.memtable(_entries(code, methods), schema={"code": "int32", "score": "string", "given": "float64"})
    hits = observation.filter(observation.on <= ibis.literal(as_at)).inner_join(codes, "code")
    hits = hits.select("person", "on", "score", value=hits.given.coalesce(hits.value.cast("float64").round(3)))
    fits = [(hits.score == key) & hits.value.between(m.least, m.most) for key, m in methods.items()]
    hits = hits.filter(ibis.or_(*fits))
    latest = ibis.row_number().over(group_by=["person", "score"], order_by=[ibis.desc("on"), ibis.desc("value")])
    last = hits.mutate(place=latest).filter(ibis._.place == 0)
    return last.group_by("person").agg(**{key: last.value.max(where=last.score == key) for key in methods})


def _entries(code: ir.Table, methods: Mapping[str, Recorded]) -> list[tuple[int, str, float | None]]:
    held = code.filter(code.system == "snomedct").select("code", "value").to_pandas()
    numbers = dict(zip(held["value"], held["code"].tolist(), strict=True))
    return [
        (numbers[value], key, given)
        for key, method in methods.items()
        for name, given in method.entries
        for value in sorted(codelists.codes(name))
        if value in numbers
    ]


def band(value: ir.NumericValue, score: Score) -> ir.StringValue:
    """The key of the band that a value is in; null for null."""
    rules = [(value < b.below if b.up_to is None else value <= b.up_to, b.key) for b in score.bands[:-1]]
    last = score.bands[-1].key
    return value.notnull().ifelse(ibis.cases(*rules, else_=last) if rules else last, ibis.null("string"))


def banded(scored: ir.Table, people: ir.Table, definitions: Definitions) -> ir.Table:
    """How many people of each practice are in each band of each score.

    In: `scores`; people with person, practice. Out: practice, score, band, people.
    """
    keyed = scored.inner_join(people.select("person", "practice"), "person")
    parts = []
    for score in definitions.scores:
        named = keyed.select("practice", score=ibis.literal(score.key), band=band(keyed[score.key], score))
        named = named.filter(named.band.notnull())
        parts.append(named.group_by(["practice", "score", "band"]).agg(people=named.count().cast("int32")))
    return ibis.union(*parts)

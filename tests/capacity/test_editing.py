"""One assumption changed in a text: that one says the new figure, everything else stays byte for byte."""

import tomllib

import pytest

from localcare.capacity import assumption_pages, definitions
from localcare.capacity.calc import editing, editing_parts
from localcare.capacity.calc.editing import Amount, CannotEdit

WEST_KENT = definitions.text_of(definitions.SCENARIOS / "west-kent-2017.toml")
HALF = Amount(0.01, 0.02, 0.04, "share", 'assumed: "half" of { it }')


def keys(text):
    return [row.key for _, rows in assumption_pages.groups(text) for row in rows]


@pytest.mark.parametrize("key", keys(WEST_KENT))
def test_every_assumption_can_be_changed_alone(key):
    spot = assumption_pages.spot(WEST_KENT, key)
    changed = assumption_pages.text_with(WEST_KENT, spot, HALF)
    now = next(one for one in assumption_pages.groups(changed) for one in one[1] if one.key in (key, _given(key, spot)))
    assert (now.low, now.likely, now.high, now.source) == ("0.01", "0.02", "0.04", HALF.source)
    lost = set(WEST_KENT.splitlines()) - set(changed.splitlines())
    assert len(lost) <= 1
    others = {**dict.fromkeys(keys(WEST_KENT))}
    assert set(keys(changed)) - set(others) <= {_given(key, spot)}


def _given(key, spot):
    return key if spot.path else {"pounds": "money.price.0.pounds", "stay": "beds.stay.0.days"}[spot.what]


def test_a_figure_alone_and_one_without_a_likeliest_are_written_as_such(text):
    spot = assumption_pages.spot(text, "intervention.0.claim.0.reach")
    one = assumption_pages.text_with(text, spot, Amount(0.25, 0.25, 0.25, "share", "assumed"))
    assert 'reach = { value = 0.25, unit = "share", source = "assumed" }' in one
    two = assumption_pages.text_with(text, spot, Amount(0.25, None, 0.5, "share", "assumed"))
    assert 'reach = { low = 0.25, high = 0.5, unit = "share", source = "assumed" }' in two


def test_what_is_not_on_one_line_is_refused_with_the_way_on(text):
    opened = text.replace('yearly = { value = 1000, unit = "pounds", source = "assumed" }\n', "").replace(
        "[[intervention.claim]]", '[intervention.investment.yearly]\nvalue = 1000\nsource = "x"\n[[intervention.claim]]'
    )
    spot = assumption_pages.spot(opened, "intervention.0.investment.yearly")
    with pytest.raises(CannotEdit, match="change it in the text"):
        assumption_pages.text_with(opened, spot, HALF)


def test_half_of_an_effect_says_that_it_is_assumed():
    half = Amount(-0.05, 0.1, 0.2, "share", "Smith 2015, page 3").halved()
    assert (half.low, half.likely, half.high) == (-0.025, 0.05, 0.1)
    assert half.source == "assumed: half of (Smith 2015, page 3)"


def test_a_fork_says_what_it_was_made_from_and_keeps_the_rest():
    made = editing.forked(WEST_KENT, name="mine", title='A "better" plan', of="west-kent-2017")
    content = tomllib.loads(made)
    assert (content["name"], content["title"], content["forked_from"]) == ("mine", 'A "better" plan', "west-kent-2017")
    again = editing.forked(made, name="third", title="Third", of="mine")
    assert tomllib.loads(again)["forked_from"] == "mine"
    assert again.count("forked_from") == 1
    assert len(made.splitlines()) == len(WEST_KENT.splitlines()) + 1


HUBS = """[hubs]
group = "registered" # whose travel
hubs = 2
counts = [2,
  3]
closed = [
  "G82083", # no room
  "G82099",
]
minutes = 60

# Something else
[[stated]]
"""


def test_hubs_are_committed_to_and_the_rest_of_the_text_stays():
    text = WEST_KENT[: WEST_KENT.index("[hubs]")] + HUBS + WEST_KENT.split("[[stated]]\n", 1)[1]
    made = editing_parts.with_hubs(text, ["G82083", "G82137", "G82205"], [("G82083", 60000)])
    hubs = tomllib.loads(made)["hubs"]
    assert (hubs["hubs"], hubs["open"], hubs["closed"]) == (3, ["G82083", "G82137", "G82205"], ["G82099"])
    assert hubs["capacity"] == [{"site": "G82083", "people": 60000}]
    assert 'group = "registered" # whose travel\nhubs = 3\ncounts = [2,\n  3]\nclosed = ["G82099"]\n' in made
    assert "\n\n# Something else\n[[stated]]" in made
    again = editing_parts.with_hubs(made, ["G82083", "G82099"], [])
    assert {key: tomllib.loads(again)["hubs"].get(key) for key in ("hubs", "closed", "capacity")} == {
        "hubs": 2,
        "closed": None,
        "capacity": None,
    }
    assert editing_parts.with_hubs(again, ["G82083", "G82099"], []) == again


@pytest.mark.parametrize(
    "hubs", ["", '[hubs]\ngroup = "resident"\n[[hubs.capacity]]\nsite = "X"\npeople = 1\n', "hubs = { hubs = 1 }\n"]
)
def test_hubs_that_stand_otherwise_are_refused_with_the_way_on(hubs):
    with pytest.raises(CannotEdit, match="text"):
        editing_parts.with_hubs(hubs, ["G82083"], [("G82083", 5.5)])


@pytest.mark.parametrize("number", range(7))
def test_beds_of_a_site_and_slots_of_a_service_are_changed_alone(number):
    one = assumption_pages.series(WEST_KENT)[number]
    made = editing_parts.with_series(WEST_KENT, one, [1, 0, 3], 'assumed: "mine"')
    now = assumption_pages.series(made)
    assert (now[number].values, now[number].source) == ((1, 0, 3), 'assumed: "mine"')
    others = [each for i, each in enumerate(now) if i != number]
    assert others == [each for i, each in enumerate(assumption_pages.series(WEST_KENT)) if i != number]
    again = editing_parts.with_series(made, now[number], [5], "assumed")
    assert assumption_pages.series(again)[number].values == (5,)
    assert len(set(WEST_KENT.splitlines()) - set(made.splitlines())) <= 1

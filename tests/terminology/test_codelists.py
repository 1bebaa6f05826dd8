import pytest

from localcare.terminology import codelists

# The dihedral group's tables of the Verhoeff check digit that every SNOMED CT identifier ends with.
MULTIPLY = [[(a + b) % 5 if a < 5 and b < 5 else 0 for b in range(10)] for a in range(10)]
for a in range(10):
    for b in range(10):
        if a < 5 <= b:
            MULTIPLY[a][b] = (a + b) % 5 + 5
        elif b < 5 <= a:
            MULTIPLY[a][b] = (a - b) % 5 + 5
        elif a >= 5 and b >= 5:
            MULTIPLY[a][b] = (a - b) % 5
STEP = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


def verhoeff_holds(code: str) -> bool:
    check = 0
    for place, digit in enumerate(int(d) for d in reversed(code)):
        for _ in range(place % 8):
            digit = STEP[digit]
        check = MULTIPLY[check][digit]
    return check == 0


@pytest.mark.parametrize(
    ("list_name", "code"),
    [
        ("diabetes", "111552007"),
        ("cms37_migraine", "230462002"),
        ("efi_score", "1084961000000105"),
    ],
)
def test_a_code_is_in_its_list(list_name, code):
    assert code in codelists.codes(list_name)
    assert list_name in codelists.lists_of(code)


def test_every_list_holds_as_many_codes_as_its_source_says():
    held = {name: len(codelists.codes(name)) for name in codelists.lists()}
    assert held == {name: codelists.source(name).codes for name in codelists.lists()}
    assert len(held) == 65
    assert sum(held.values()) == 9329


def test_every_code_passes_the_check_digit_and_has_words():
    every = set().union(*(codelists.codes(name) for name in codelists.lists()))
    assert not [code for code in every if not verhoeff_holds(code)]
    assert not [code for code in every if not codelists.term(code)]
    assert not verhoeff_holds("111552008")


def test_only_openly_licensed_lists_with_a_place_to_check_them():
    sources = [codelists.source(name) for name in codelists.lists()]
    assert {s.licence_class for s in sources} == {"A", "C"}
    assert {s.system for s in sources} == {"snomedct"}
    assert all(s.publisher and s.repository and s.path and len(s.commit) == 40 for s in sources)


def test_where_lists_word_a_code_differently_the_nhs_wording_is_taken():
    assert codelists.term("281004") == "Dementia associated with alcoholism"
    assert codelists.lists_of("281004") == {"alcohol_dependence_multiply", "dementia"}


def test_unknown_things():
    assert codelists.term("1") is None
    assert codelists.lists_of("1") == frozenset()
    with pytest.raises(codelists.UnknownList, match=r"no code list 'gout'; the lists are: alcohol_dependence"):
        codelists.codes("gout")


@pytest.mark.parametrize("code", ["F05", "F05.9", "f059", " F059"])
def test_icd10_title_of_any_length(code):
    assert codelists.icd10_title(code) == "Delirium, not induced by alcohol and other psychoactive substances"


def test_icd10_title_not_openly_given():
    assert codelists.icd10_title("A00") is None

"""Every setting is documented, and production refuses what only a demo may have."""

from pathlib import Path

import pytest
from django.conf import settings

from localcare.access.calc.decide import EXPLICIT_CONSENT, LEGITIMATE_RELATIONSHIP
from localcare.config import environment
from tests.installation import FOLDER

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
GOOD = {
    "LOCALCARE_DATA": "/srv/localcare",
    "LOCALCARE_SECRET_KEY": "x" * 50,
    "DATABASE_URL": "postgres://localcare@db/localcare",
    "LOCALCARE_KEYS": "/etc/localcare/keys",
    "LOCALCARE_CLOCK_OFFSET_DAYS": "0",
}


def test_the_reference_names_every_setting_as_declared():
    assert DOCUMENT.read_text("utf-8") == environment.reference()


def test_tests_leave_the_installation_of_whoever_runs_them_alone():
    for path in (settings.DATA, settings.DATASET, settings.KEYS, settings.KEPT):
        assert path.is_relative_to(FOLDER)


def test_production_starts_with_its_own_secrets():
    environment.check_production(GOOD)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOCALCARE_SECRET_KEY", "short", "LOCALCARE_SECRET_KEY must be set"),
        ("DATABASE_URL", "sqlite:///x", "PostgreSQL"),
        ("LOCALCARE_KEYS", "", "folder of the pseudonym keys"),
        ("LOCALCARE_KEYS", "/srv/localcare/keys", "outside LOCALCARE_DATA"),
        ("LOCALCARE_CLOCK_OFFSET_DAYS", "-3500", "must be 0"),
    ],
)
def test_production_refuses_to_start(name, value, said):
    with pytest.raises(environment.BadSetting, match=said):
        environment.check_production({**GOOD, name: value})


def test_production_refuses_a_folder_that_holds_a_demo(tmp_path):
    (tmp_path / "demo.json").write_text("{}")
    with pytest.raises(environment.BadSetting, match="demo installation"):
        environment.check_production({**GOOD, "LOCALCARE_DATA": str(tmp_path)})


@pytest.mark.parametrize("value", ["explicit-consent", "Explicit_Consent", ""])
def test_a_slip_in_the_viewing_basis_never_gives_the_laxer_rule(value):
    name, known = "LOCALCARE_VIEWING_BASIS", (LEGITIMATE_RELATIONSHIP, EXPLICIT_CONSENT)
    with pytest.raises(environment.BadSetting, match="use legitimate_relationship or explicit_consent"):
        environment.one_of({name: value}, name, known)
    assert [environment.one_of({name: good}, name, known) for good in known] == list(known)


def test_site_settings_lie_between_defaults_and_the_environment(tmp_path):
    (tmp_path / "site.toml").write_text('LOCALCARE_AREA = "Kent"\nLOCALCARE_MODE = "demo"\n')
    values = environment.read({"LOCALCARE_DATA": str(tmp_path), "LOCALCARE_MODE": "development"})
    assert (values["LOCALCARE_AREA"], values["LOCALCARE_MODE"]) == ("Kent", "development")


@pytest.mark.parametrize(
    ("text", "said"), [("LOCALCARE_COLOUR = 'blue'", "unknown settings: LOCALCARE_COLOUR"), ("= 3", "not valid TOML")]
)
def test_a_bad_site_file_says_what_to_mend(tmp_path, text, said):
    (tmp_path / "site.toml").write_text(text)
    with pytest.raises(environment.BadSetting, match=said):
        environment.read({"LOCALCARE_DATA": str(tmp_path)})


@pytest.mark.parametrize(
    ("value", "usual", "on"), [("", True, True), ("", False, False), ("on", False, True), ("off", True, False)]
)
def test_what_may_be_a_medical_device_is_on_where_somebody_decided_so(value, usual, on):
    assert environment.switched({"LOCALCARE_RISK_SCORE": value}, "LOCALCARE_RISK_SCORE", usual=usual) is on


def test_a_switch_is_on_or_off():
    with pytest.raises(environment.BadSetting, match="use on or off"):
        environment.switched({"LOCALCARE_RISK_SCORE": "perhaps"}, "LOCALCARE_RISK_SCORE", usual=True)

"""The served front end asks no other host for anything."""

import pytest

from localcare.design import frontend

RAW = (
    '@font-face{font-family:Frutiger W01;src:url(https://assets.nhs.uk/f.woff2) format("woff2")}'
    "html{font-family:Frutiger W01,arial,sans-serif}.x{background:url(/assets/images/nhsuk-icon-cross.svg)}"
    "/*# sourceMappingURL=nhsuk-frontend.min.css.map */"
)


def test_fonts_of_other_hosts_are_taken_out_and_pictures_are_beside_the_style_sheet():
    served = frontend.served_text(RAW)
    assert served == "html{font-family:Arial,arial,sans-serif}.x{background:url(images/nhsuk-icon-cross.svg)}"


def test_built_once_then_left_alone(tmp_path):
    if not frontend.PACKAGES.exists():
        pytest.skip("the npm packages are not installed")
    served = tmp_path / "vendor"
    assert frontend.build(served=served) is True
    assert frontend.build(served=served) is False
    for name in frontend.FILES:
        text = (served / name).read_text("utf-8")
        assert "@font-face" not in text
        assert "assets.nhs.uk" not in text
    assert (served / "images" / "nhsuk-icon-cross.svg").exists()


def test_without_packages_it_says_what_to_run(tmp_path):
    with pytest.raises(frontend.NotInstalled, match="npm ci"):
        frontend.build(packages=tmp_path, served=tmp_path / "vendor")

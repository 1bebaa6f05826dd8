import pytest

from localcare.demo import build

FRACTION = 0.02


@pytest.fixture(scope="session")
def area_folder(tmp_path_factory):
    """The files of a small area, made once."""
    folder = tmp_path_factory.mktemp("area")
    build.generate(folder, fraction=FRACTION, seed=7)
    return folder


@pytest.fixture(scope="session")
def made():
    """The people of a tenth of the area, without their files: large enough for quotas to be exact."""
    return build.make_people(fraction=0.1, seed=7)

import json

import pytest

from localcare.cli.main import main


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = main(["places", *map(str, arguments)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.mark.django_db
def test_load_then_show(run):
    code, out, _ = run("load", "--json")
    assert code == 0
    assert json.loads(out)["tables"]["areas"] == {"added": 309, "changed": 0, "unchanged": 0}
    code, out, _ = run("show", "--as-at", "2017-04-03", "--json")
    shown = json.loads(out)
    assert code == 0
    assert shown["area"] == [{"code": "99J", "name": "NHS West Kent CCG"}]
    assert (shown["practices"], len(shown["groups"]), shown["ungrouped"]) == (60, 7, [])
    assert {"subject": "Clusters", "value": "7", "as_at": "2017"}.items() <= shown["statements"][21].items()
    code, out, _ = run("show")
    assert code == 0
    assert "our own grouping" in out


@pytest.mark.django_db
def test_a_strangers_folder_with_a_bad_row(run, tmp_path):
    (tmp_path / "organisations.csv").write_text("code,name,kind\nX1,Elm Surgery,practice\nX2,,practice\n", "utf-8")
    code, out, _ = run("load", "--folder", tmp_path, "--json")
    assert code == 1
    assert json.loads(out)["rejected"] == [
        {"file": "organisations.csv", "line": 3, "column": "name", "reason": "empty, but needed"}
    ]
    code, out, _ = run("show", "--json")
    assert [p["name"] for p in json.loads(out)["ungrouped"]] == ["Elm Surgery"]


@pytest.mark.django_db
def test_what_cannot_run_tells_the_next_step(run, tmp_path):
    assert run("load", "--folder", tmp_path)[0] == 2
    code, _, err = run("show")
    assert code == 2
    assert "run `localcare places load`" in err

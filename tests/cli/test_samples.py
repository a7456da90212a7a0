"""`fathom samples`."""

import json

from fathom.cli.main import main


def test_the_table_names_every_set(capsys):
    assert main(["samples"]) == 0
    out = capsys.readouterr().out
    for name in ("breast-cancer", "digits", "wine", "diabetes", "fashion-mnist", "circles", "moons", "spirals"):
        assert name in out
    assert out.count("generated") == 3
    assert max(map(len, out.splitlines())) <= 80


def test_json_is_one_document(capsys):
    assert main(["samples", "--json"]) == 0
    sets = {s["name"]: s for s in json.loads(capsys.readouterr().out)}
    assert sets["breast-cancer"]["rows"] == 569
    assert sets["moons"]["generated"] is True

from mnist_app import tables


def test_text_is_aligned():
    text = tables.to_text([{"name": "a", "value": 0.123456789}, {"name": "long", "value": None}])
    assert text == "name  value\n----  --------\na     0.123457\nlong"


def test_csv_quotes_what_needs_it():
    assert tables.to_csv([{"text": "1,2", "n": 3}]) == 'text,n\n"1,2",3\n'


def test_no_rows():
    assert tables.to_text([]) == tables.to_csv([]) == ""


def test_csv_comes_back_as_it_was(tmp_path):
    path, types = tmp_path / "rows.csv", {"n": int, "share": float}
    assert tables.read_csv(path, types) == []
    rows = [{"name": "a, b", "n": 3, "share": 0.1}, {"name": "", "n": None, "share": None}]
    path.write_text(tables.to_csv(rows), encoding="utf-8")
    assert tables.read_csv(path, types) == rows

import csv
import io

import pytest

from mnist_app import tables

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\n=1",
    " =1",
    '=HYPERLINK("http://host")',
    "-",
    "--1",
]


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


def cells(row: tables.Row) -> list[str]:
    """What a spreadsheet finds in a row."""
    header, line = csv.reader(io.StringIO(tables.to_csv([row]), newline=""))
    assert len(header) == len(row)
    return line


@pytest.mark.parametrize("text", [*FORMULAS, "'=1", "''=1"])
def test_a_text_is_never_a_formula_and_comes_back_as_it_was(tmp_path, text):
    path, rows = tmp_path / "rows.csv", [{"name": text, "n": -1}]
    path.write_text(tables.to_csv(rows), encoding="utf-8", newline="")
    assert cells(rows[0])[0] == f"'{text}", "a spreadsheet takes that for text"
    assert tables.read_csv(path, {"n": int}) == rows


@pytest.mark.parametrize("value", [-0.5, -3, "-0.5", "+1.25", "-1e-07", "'quoted'", "a=b", "7-2", "", "two\nlines"])
def test_numbers_and_other_texts_stay_as_they_are(value):
    assert cells({"a": value, "b": 1}) == [str(value), "1"]


def test_an_old_end_of_line_stays_in_its_cell():
    assert cells({"a": "one\rtwo\r\nthree", "b": "\r=1"}) == ["one\ntwo\nthree", "'\n=1"]

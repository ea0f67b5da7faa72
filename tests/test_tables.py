from mnist_app import tables


def test_text_is_aligned():
    text = tables.to_text([{"name": "a", "value": 0.123456789}, {"name": "long", "value": None}])
    assert text == "name  value\n----  --------\na     0.123457\nlong"


def test_csv_quotes_what_needs_it():
    assert tables.to_csv([{"text": "1,2", "n": 3}]) == 'text,n\n"1,2",3\n'


def test_no_rows():
    assert tables.to_text([]) == tables.to_csv([]) == ""

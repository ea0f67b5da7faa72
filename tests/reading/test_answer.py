import json

from mnist_app.reading.answer import NOTHING, to_answer


def test_an_error_has_the_keys_of_a_reading():
    assert json.loads(json.dumps(to_answer("a.png", NOTHING, "It is empty."))) == {
        "path": "a.png", "text": "", "digits": [], "rejected": [], "error": "It is empty.",
    }  # fmt: skip

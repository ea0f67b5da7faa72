"""The API as programs ask it: over HTTP, at a server."""

import io
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
from PIL import Image
from streamlit import config
from typer.testing import CliRunner

from mnist_app.cli import commands
from mnist_app.network import model_store
from mnist_app.reading.answer import NOTHING
from mnist_app.web import examples, ui
from mnist_app.web.api import answers, bodies, health, routes
from mnist_app.web.api.forms import SEVEN
from mnist_app.web.api.health import Health
from mnist_app.web.api.problems import MEDIA_TYPE, UNEXPECTED
from mnist_app.web.api.work import Desk

DRAWING = "/api/read/drawing"


def problem(response: requests.Response) -> tuple[int, str]:
    """Status and sentence of a problem, whose form is checked."""
    assert response.headers["content-type"] == MEDIA_TYPE
    told = response.json()
    assert set(told) == {"type", "title", "status", "detail"}
    assert told["status"] == response.status_code
    assert "\n" not in told["detail"]
    assert "Traceback" not in told["detail"]
    assert told["detail"].endswith(".")
    return response.status_code, told["detail"]


def picture_file(size: tuple[int, int], format: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("L", size, 255).save(file, format)
    return file.getvalue()


def test_a_form_is_answered_as_the_command_line_answers(api, note, tmp_path):
    (tmp_path / "note.png").write_bytes(note)
    printed = CliRunner().invoke(commands.app, ["predict", str(tmp_path / "note.png"), "--format", "json"])
    answer = requests.post(f"{api}/api/read", files={"picture": ("note.png", note)})
    assert answer.status_code == 200
    assert answer.json() == json.loads(printed.stdout) | {"path": "note.png"}
    assert answer.json()["text"] == "72"


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "application/x-www-form-urlencoded", None])
def test_a_body_is_read_whatever_its_program_calls_it(api, note, kind):
    answer = requests.post(f"{api}/api/read", note, headers={"Content-Type": kind} if kind else {})
    assert (answer.json()["path"], answer.json()["text"]) == (None, "72")


def test_what_is_asked_stands_in_the_address_or_the_form(api, note):
    for told in ({"params": {"digits": "one"}}, {"data": {"digits": "one"}}):
        answer = requests.post(f"{api}/api/read", files={"picture": note}, **told).json()
        assert len(answer["digits"]) == 1, "both digits are taken for one"
    half = {"boxes": "0,0,140,280"}  # of a digit, so that two networks are not both certain
    minimal, flagship = (
        requests.post(f"{api}/api/read", note, params=half | {"model": name}).json() for name in ("minimal", "flagship")
    )
    assert minimal["digits"][0]["box"] == flagship["digits"][0]["box"]
    assert minimal["digits"][0]["probabilities"] != flagship["digits"][0]["probabilities"]


@pytest.mark.parametrize(
    ("boxes", "text"),
    [
        ({"boxes": "280,0,280,280"}, "2"),
        ({"boxes": ["280,0,280,280", "0,0,280,280"]}, "72"),
        ({"boxes": "[[280, 0, 280, 280], [0, 0, 280, 280]]"}, "72"),
        ({"boxes": "280,0,1000,1000"}, "2"),
        ({"boxes": "0,0,10,10"}, ""),
        ({"boxes": "[]"}, ""),
        ({"boxes": ""}, "72"),
    ],
)
def test_just_these_boxes_are_read(api, note, boxes, text):
    assert requests.post(f"{api}/api/read", note, params=boxes).json()["text"] == text
    assert requests.post(f"{api}/api/read", files={"picture": note}, data=boxes).json()["text"] == text


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"digits": "two"}, "digits should be 'many' or 'one', not 'two'."),
        ({"digits": ["one", "many"]}, "digits should be 'many' or 'one', not ['one', 'many']."),
        ({"modle": "swift"}, "There is no modle; there are: digits, model, boxes."),
        ({"boxes": "1,2,3"}, "boxes[0][3] is missing."),
        ({"boxes": "1,2,3,4,5"}, "boxes[0] should have at most 4 items, not 5."),
        ({"boxes": "1,2,3,0"}, "boxes[0][3] should be greater than or equal to 1, not '0'."),
        ({"boxes": "-1,2,3,4"}, "boxes[0][0] should be greater than or equal to 0, not '-1'."),
        ({"boxes": "[[1,"}, "boxes should be x,y,w,h or a JSON list of such, not ['[[1,']."),
        ({"boxes": "[" * 5000}, f"boxes should be x,y,w,h or a JSON list of such, not ['{'[' * 58}…."),
        ({"boxes": ["0,0,9,9", "560,0,9,9"]}, "The box 560,0,9,9 lies outside the picture, which is 560 x 280 pixels."),
    ],
)
def test_what_cannot_be_asked_is_named(api, note, asked, sentence):
    assert problem(requests.post(f"{api}/api/read", note, params=asked)) == (422, sentence)


def test_an_unknown_model_is_not_found(api, note):
    status, sentence = problem(requests.post(f"{api}/api/read?model=nobody", note))
    assert status == 404
    assert sentence.startswith("There is no model 'nobody'; there are: flagship, ")
    assert problem(requests.post(f"{api}{DRAWING}", json=SEVEN | {"model": "nobody"}))[0] == 404


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"data": b""}, 400, "No picture came; send it as the body or in the form's field 'picture'."),
        ({"files": {"picture": b""}}, 400, "No picture came; send it as the body or in the form's field 'picture'."),
        ({"files": {"photo": b"x"}}, 400, "The form has no file in the field 'picture'."),
        (
            {"files": {"a": b"x", "b": b"x"}},
            400,
            "The form cannot be read (Too many files); send one",
        ),
        (
            {"data": b"x", "headers": {"Content-Type": "multipart/form-data"}},
            400,
            "The form cannot be read (Missing",
        ),
        ({"data": b"a text"}, 415, "This is not a picture that can be read; PNG,"),
        (
            {"data": b"%PDF", "headers": {"Content-Type": "application/pdf"}},
            415,
            "Send the picture itself as",
        ),
        ({"data": picture_file((60, 60))[:-30]}, 422, "The picture is damaged or cut short"),
        ({"data": picture_file((10_000, 8001))}, 413, "The picture has 80 megapixels; at most 80 can be read."),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(api, sent, status, sentence):
    told = problem(requests.post(f"{api}/api/read", **sent))
    assert told[0] == status
    assert told[1].startswith(sentence)


def chunks(total: int):
    for _ in range(total // 2**16):
        yield bytes(2**16)


@pytest.mark.parametrize("megabytes", [2, 3])
def test_more_than_the_page_upload_takes_is_refused_and_heard(api, monkeypatch, megabytes):
    monkeypatch.setattr(bodies, "picture_limit", lambda: 2**20)
    sentence = (413, "At most 1 MB can be sent at once.")
    size = megabytes * 2**20
    assert problem(requests.post(f"{api}/api/read", bytes(size))) == sentence
    assert problem(requests.post(f"{api}/api/read", files={"picture": bytes(size)})) == sentence
    assert problem(requests.post(f"{api}/api/read", chunks(size))) == sentence


def test_who_asks_before_sending_too_much_is_refused_before_it_is_sent(api, monkeypatch):
    monkeypatch.setattr(bodies, "picture_limit", lambda: 2**20)
    connection = HTTPConnection(urlsplit(api).netloc)
    connection.putrequest("POST", "/api/read")
    for name, value in {"Content-Length": str(2**30), "Expect": "100-continue"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    refused = connection.getresponse()
    assert refused.status == 413
    assert json.loads(refused.read())["detail"] == "At most 1 MB can be sent at once."
    connection.close()


def test_the_limit_is_that_of_the_page_upload():
    assert bodies.picture_limit() == config.get_option("server.maxUploadSize") * 2**20 == 100 * 2**20


def test_a_drawing_is_read_with_boxes_on_its_canvas(api):
    answer = requests.post(f"{api}{DRAWING}", json=SEVEN).json()
    assert (answer["text"], answer["path"], answer["error"]) == ("7", None, None)
    x, y, w, h = answer["digits"][0]["box"]
    assert (x, y, x + w, y + h) == pytest.approx((6, 9, 98, 140), abs=9), "the pen has a width"


def test_drawn_digits_are_read_as_on_the_page_draw(api):
    for digit, lines in examples.DIGITS.items():
        drawing = {"width": 100, "height": 150, "strokes": lines}
        assert requests.post(f"{api}{DRAWING}", json=drawing).json()["text"] == str(digit)


@pytest.mark.parametrize("strokes", [[], [[[5, 5]]]])
def test_no_digit_is_no_error(api, strokes):
    answer = requests.post(f"{api}{DRAWING}", json=SEVEN | {"strokes": strokes})
    assert (answer.status_code, answer.json()["text"]) == (200, "")


def test_a_drawing_takes_model_and_digits_beside_its_strokes_and_in_the_address(api):
    two = SEVEN | {"width": 300, "strokes": SEVEN["strokes"] + [[[200, 10], [202, 140]]]}
    assert requests.post(f"{api}{DRAWING}", json=two).json()["text"] == "71"
    for answer in (
        requests.post(f"{api}{DRAWING}?digits=one", json=two),
        requests.post(f"{api}{DRAWING}", json=two | {"digits": "one", "model": "swift"}),
    ):
        assert len(answer.json()["digits"]) == 1


@pytest.mark.parametrize(
    ("drawing", "status", "sentence"),
    [
        ("{", 400, "The body is not JSON: EOF while parsing an object at line 1 column 1."),
        ("[" * 10_000, 400, "The body is not JSON: recursion limit exceeded"),
        ("[]", 422, "Send an object with width, height and strokes, not another kind of JSON."),
        ("{}", 422, "width is missing."),
        ({"strokes": "7"}, 422, "strokes should be a valid list, not '7'."),
        ({"strokes": [[]]}, 422, "strokes[0] should have at least 1 item, not 0."),
        ({"strokes": [[[1, 2, 3]]]}, 422, "strokes[0][0] should have at most 2 items, not 3."),
        ({"strokes": [[[1, 20_000]]]}, 422, "strokes[0][0][1] should be less than or equal to 10000, not 20000."),
        ({"strokes": [[[1, 2]] * 5001] * 4}, 422, "strokes should have at most 20000 points in all, not 20004."),
        ({"strokes": [[[1, 2]]] * 1001}, 422, "strokes should have at most 1000 items, not 1001."),
        ({"width": 0}, 422, "width should be greater than or equal to 1, not 0."),
        ({"height": 4001}, 422, "height should be less than or equal to 4000, not 4001."),
        ({"boxes": []}, 422, "There is no boxes; there are: digits, model, width, height, strokes."),
        (f'{{"pad": "{"x" * bodies.DRAWING_LIMIT}"}}', 413, "At most 4 MB can be sent at once."),
    ],
)
def test_what_is_no_drawing_is_told_in_a_sentence(api, drawing, status, sentence):
    body = drawing if isinstance(drawing, str) else json.dumps(SEVEN | drawing)
    told = problem(requests.post(f"{api}{DRAWING}", body, headers={"Content-Type": "application/json"}))
    assert told[0] == status
    assert told[1].startswith(sentence)


def test_a_drawing_is_json(api):
    assert problem(requests.post(f"{api}{DRAWING}", data={"width": 1})) == (
        415,
        "Send the strokes as application/json, not application/x-www-form-urlencoded.",
    )


def test_all_models_are_told(api):
    told = requests.get(f"{api}/api/models").json()
    assert told["default"] == "flagship"
    assert [row["model"] for row in told["models"]] == [model.name for model in model_store.list_models()]
    assert told["models"][0]["measured"] == model_store.find_model().metrics["accuracy"]


def test_health_is_bad_without_any_model(api, monkeypatch):
    assert requests.get(f"{api}/api/health").json() == {"status": "ok", "models": len(model_store.list_models())}
    monkeypatch.setattr(model_store, "list_models", list)
    assert problem(requests.get(f"{api}/api/health")) == (503, "There is no trained network yet.")


def test_health_is_bad_where_no_digit_can_be_read(api, monkeypatch):
    monkeypatch.setattr(routes, "HEALTH", Health())
    monkeypatch.setattr(health.answers, "read_picture", lambda *_, **__: NOTHING)
    assert problem(requests.get(f"{api}/api/health")) == (503, "A drawn 7 is read as nothing.")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the network is damaged\n at line 3")

    monkeypatch.setattr(health.answers, "read_picture", fail)
    told = problem(requests.get(f"{api}/api/health"))
    assert told == (503, "No digit can be read: the network is damaged.")


def test_health_reads_a_digit_once_for_a_while(monkeypatch):
    read, all_well = [], Health(0.2)
    monkeypatch.setattr(all_well, "_read", read.append)
    for _ in range(3):
        all_well.check()
    assert read == ["flagship"]
    time.sleep(0.25)
    all_well.check()
    assert len(read) == 2


def test_an_address_or_method_that_is_none_is_told(api):
    assert problem(requests.get(f"{api}/api/reed")) == (
        404,
        "There is no /api/reed; /openapi.json lists all that there is.",
    )
    answer = requests.get(f"{api}/api/read")
    assert problem(answer) == (405, "/api/read does not take GET, only POST.")
    assert answer.headers["allow"] == "POST"


def test_what_is_repeated_of_a_wrong_address_stays_in_its_line(api, note):
    status, said = problem(requests.post(f"{api}/api/read?a%0Ab=1", note))
    assert (status, said) == (422, "There is no a b; there are: digits, model, boxes.")


def test_what_nobody_foresaw_shows_no_traceback(api, note, monkeypatch):
    monkeypatch.setattr(answers, "read_picture", lambda *_, **__: 1 / 0)
    status, said = problem(requests.post(f"{api}/api/read", note))
    assert status == 500
    assert re.sub(r"\d{6}", "{number}", said) == UNEXPECTED


def test_no_answer_waits_for_a_connection_that_stays_open(api, note):
    for answer in (requests.post(f"{api}/api/read", note), requests.post(f"{api}/api/read")):
        assert answer.headers["connection"] == "close"


def test_others_are_answered_while_pictures_are_read(api, note, monkeypatch):
    def slow(*_: object, **__: object) -> None:
        time.sleep(0.5)
        raise RuntimeError

    monkeypatch.setattr(answers, "read_picture", slow)
    monkeypatch.setattr(routes, "DESK", Desk(threads=1, most=2))
    monkeypatch.setattr(routes.HEALTH, "_read", lambda _: None)
    with ThreadPoolExecutor() as pool:
        reading = [pool.submit(requests.post, f"{api}/api/read", note) for _ in range(2)]
        time.sleep(0.2)
        start = time.monotonic()
        assert requests.get(f"{api}/api/health").status_code == 200
        busy = requests.post(f"{api}/api/read", note)
        assert time.monotonic() - start < 0.3, "neither waits for a reading"
        assert problem(busy)[0] == 503
        assert busy.headers["retry-after"] == "1"
        assert [each.result().status_code for each in reading] == [500, 500]
    assert requests.get(f"{api}/api/models").status_code == 200, "places are free again"


def test_many_at_once_get_their_own_answers(api, mnist_test):
    def ask(i: int) -> str:
        drawing = Image.fromarray(255 - mnist_test[0][i]).resize((280, 280), Image.Resampling.BICUBIC)
        file = io.BytesIO()
        drawing.save(file, "PNG")
        return requests.post(f"{api}/api/read?digits=one", file.getvalue()).json()["text"]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(24)))
    assert found == [str(label) for label in mnist_test[1][:24]]


def test_the_network_is_the_one_that_the_pages_have_loaded(api, note, monkeypatch):
    requests.post(f"{api}/api/read", note)
    monkeypatch.setattr(ui.classifier, "load_classifier", lambda _: pytest.fail("loaded anew"))
    assert requests.post(f"{api}/api/read", note).json()["text"] == "72"


def test_below_a_base_path_and_for_pages_from_elsewhere_as_streamlit_is_told(monkeypatch):
    options = {"server.baseUrlPath": "/digits/", "server.enableCORS": True, "server.corsAllowedOrigins": ["http://a"]}
    monkeypatch.setattr(routes.config, "get_option", options.__getitem__)
    description, api = routes.make_routes()
    assert (description.path, api.path) == ("/digits/openapi.json", "/digits/api")
    assert api.app.user_middleware[0].kwargs["allow_origins"] == ["http://a"]
    options |= {"server.baseUrlPath": "", "server.enableCORS": False}
    description, api = routes.make_routes()
    assert (description.path, api.path) == ("/openapi.json", "/api")
    assert api.app.user_middleware[0].kwargs["allow_origins"] == ["*"]


def test_a_rgba_scan_and_a_jpeg_photo_are_read(api, mnist_test):
    ink = np.kron(mnist_test[0][0], np.ones((10, 10), np.uint8))
    scan = np.zeros((280, 280, 4), np.uint8)
    scan[..., 3] = ink
    for picture, format in ((Image.fromarray(scan), "PNG"), (Image.fromarray(255 - ink), "JPEG")):
        file = io.BytesIO()
        picture.save(file, format)
        assert requests.post(f"{api}/api/read", files={"picture": file.getvalue()}).json()["text"] == "7"

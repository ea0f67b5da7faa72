"""The description at /openapi.json, held against what the API really takes and gives."""

import re

import jsonschema
import pytest
import requests

from mnist_app.web.api import description
from mnist_app.web.api.forms import SEVEN
from mnist_app.web.api.routes import make_routes


@pytest.fixture
def told(api) -> dict:
    return requests.get(f"{api}/openapi.json").json()


def check(told: dict, shape: str, value: object) -> None:
    """Hold a value against one of the described shapes, in which nothing more may be."""
    schemas = {name: {"additionalProperties": False} | schema for name, schema in told["components"]["schemas"].items()}
    jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{shape}", "components": {"schemas": schemas}}).validate(value)  # fmt: skip  # noqa: E501


def test_all_addresses_are_described(told):
    _, api = make_routes()
    served = {f"/api{route.path}": {method.lower() for method in route.methods} - {"head"} for route in api.app.routes}
    assert {path: set(methods) for path, methods in told["paths"].items()} == served


def test_every_reference_leads_somewhere(told):
    found = re.findall(r"'#/components/schemas/(\w+)'", str(told))
    assert set(found) == set(told["components"]["schemas"])


def test_answers_have_the_shapes_that_are_described(api, told, note):
    check(told, "Answer", requests.post(f"{api}/api/read", note).json())
    check(told, "Answer", requests.post(f"{api}/api/read/drawing", json=SEVEN).json())
    check(told, "Answer", requests.post(f"{api}/api/read/drawing", json=SEVEN | {"strokes": [[[5, 5]]]}).json())
    check(told, "ModelsTold", requests.get(f"{api}/api/models").json())
    check(told, "Health", requests.get(f"{api}/api/health").json())
    check(told, "ProblemTold", requests.post(f"{api}/api/read").json())
    with pytest.raises(jsonschema.ValidationError):
        check(told, "Health", {"status": "well", "models": 1})


def test_the_example_of_a_drawing_is_one(told):
    (example,) = told["components"]["schemas"]["Drawing"]["examples"]
    check(told, "Drawing", example)
    with pytest.raises(jsonschema.ValidationError):
        check(told, "Drawing", example | {"boxes": []})


def test_what_can_be_asked_of_a_picture_is_in_the_address_and_in_the_form(told):
    call = told["paths"]["/api/read"]["post"]
    form = call["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    assert {each["name"] for each in call["parameters"]} == {"digits", "model", "boxes"}
    assert set(form) == {"picture", "digits", "model", "boxes"}
    assert all(each["description"] for each in call["parameters"])


def test_the_server_is_below_its_base_path(told):
    assert told["servers"] == [{"url": "/"}]
    assert description.describe("/digits")["servers"] == [{"url": "/digits"}]

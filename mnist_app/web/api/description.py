"""What the API says of itself at /openapi.json (OpenAPI 3.1), made from the shapes that requests are checked by."""

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mnist_app.web.api import bodies, forms, problems

PLACE = "#/components/schemas/{model}"
INTAKE = (forms.AskedOfPicture, forms.Drawing)
OUTLET = (forms.Answer, forms.ModelsTold, forms.Health, forms.ProblemTold)
FILE = {"type": "string", "format": "binary"}
PROBLEMS = {
    400: "Nothing came, or not in the form that it says it has.",
    404: "There is no model of that name.",
    413: "It is too large.",
    415: "It is no picture, or of a kind that cannot be read.",
    422: "The picture is damaged, or something is asked that cannot be.",
    503: "Too many pictures are being read, or there is no network.",
}


@cache
def describe(base: str = "") -> dict[str, Any]:
    """The API's description, for a server that has such a base path."""
    _, found = models_json_schema(
        [*((shape, "validation") for shape in INTAKE), *((shape, "serialization") for shape in OUTLET)],
        ref_template=PLACE,
    )
    asked = found["$defs"].pop(forms.AskedOfPicture.__name__)["properties"]
    parameters = [
        {"name": name, "in": "query", "description": schema.pop("description"), "schema": schema}
        for name, schema in asked.items()
    ]
    form = {"type": "object", "required": [bodies.FIELD], "properties": {bodies.FIELD: FILE, **asked}}
    picture = {"image/*": {"schema": FILE}, "application/octet-stream": {"schema": FILE}, bodies.FORM: {"schema": form}}
    drawing = {bodies.JSON: {"schema": _shape(forms.Drawing)}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "mnist-app", "version": "1", "description": "Reads handwritten digits."},
        "servers": [{"url": base or "/"}],
        "paths": {
            "/api/read": {
                "post": _call("Read a picture", forms.Answer, PROBLEMS, parameters=parameters)
                | {"requestBody": {"required": True, "content": picture}}
            },
            "/api/read/drawing": {
                "post": _call("Read a drawing", forms.Answer, PROBLEMS)
                | {"requestBody": {"required": True, "content": drawing}}
            },
            "/api/models": {"get": _call("List the networks", forms.ModelsTold, {503: PROBLEMS[503]})},
            "/api/health": {"get": _call("Say whether it can read", forms.Health, {503: PROBLEMS[503]})},
        },
        "components": {"schemas": found["$defs"]},
    }


def _call(summary: str, answer: type[BaseModel], refused: dict[int, str], **rest: Any) -> dict[str, Any]:
    """One method of an address."""
    responses: dict[str, Any] = {
        "200": {"description": "The answer.", "content": {bodies.JSON: {"schema": _shape(answer)}}}
    }
    responses |= {
        str(status): {
            "description": why,
            "content": {problems.MEDIA_TYPE: {"schema": _shape(forms.ProblemTold)}},
        }
        for status, why in refused.items()
    }
    return {"summary": summary, "responses": responses, **rest}


def _shape(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": PLACE.format(model=model.__name__)}

"""Lines to copy into other programs: they ask the API of a running app, or read without any server."""

import json
from collections.abc import Mapping
from typing import Any

from mnist_app.web.api.forms import SEVEN

IN_PYTHON = """from mnist_app import load_model, read_picture

reading = read_picture("note.jpg", load_model())
print(reading.text, [(digit.label, digit.confidence, digit.box) for digit in reading.digits])
"""
PICTURE = {
    "curl": """curl -F picture=@note.jpg ADDRESS/api/read
""",
    "Python": """import json
import urllib.request

with open("note.jpg", "rb") as picture:
    answer = json.load(urllib.request.urlopen("ADDRESS/api/read", picture.read()))
print(answer["text"])
""",
    "JavaScript": """const picture = document.querySelector("input[type=file]").files[0];
const response = await fetch("ADDRESS/api/read", { method: "POST", body: picture });
const answer = await response.json();
console.log(answer.text);
""",
}
DRAWING = {
    "curl": """curl -H "Content-Type: application/json" -d 'DRAWING' ADDRESS/api/read/drawing
""",
    "Python": """import json
import urllib.request

drawing = DRAWING
request = urllib.request.Request(
    "ADDRESS/api/read/drawing", json.dumps(drawing).encode(), {"Content-Type": "application/json"}
)
print(json.load(urllib.request.urlopen(request))["text"])
""",
    "JavaScript": """const drawing = DRAWING;
const response = await fetch("ADDRESS/api/read/drawing", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(drawing),
});
const answer = await response.json();
console.log(answer.text);
""",
}


def fill_in(lines: Mapping[str, str], address: str, drawing: Mapping[str, Any] = SEVEN) -> dict[str, str]:
    """Write the server's address and a drawing into lines of `PICTURE` or `DRAWING`.

    Args:
        lines: by language.
        address: of the server, with its base path.
        drawing: as the API takes it; JSON of numbers and lists is Python and JavaScript, too.
    """
    text = json.dumps(drawing)
    return {language: code.replace("ADDRESS", address).replace("DRAWING", text) for language, code in lines.items()}


def server_address(url: str | None, page: str) -> str:
    """The address of the server from that of one of its pages as the visitor's browser shows it.

    Args:
        url: of the page; None where the browser tells none: then the address that Streamlit has where nothing is set.
        page: its own part of that, at the end.
    """
    return (url or "http://localhost:8501").removesuffix(page).rstrip("/")

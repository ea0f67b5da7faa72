"""The table of the app's pages: what the navigation shows, and where links lead."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page of the app; its file and its address are called by the word that is its title.

    Attributes:
        title: what the navigation and the browser's tab show.
        symbol: one of Google's Material symbols, by name.
    """

    title: str
    symbol: str

    @property
    def address(self) -> str:
        """The last part of its address; the first page has the app's own address instead."""
        return self.title.lower().replace(" ", "_")

    @property
    def path(self) -> str:
        """Its file, seen from `app.py`; Streamlit's links and its tests take that."""
        return f"mnist_app/web/pages/{self.address}.py"

    @property
    def icon(self) -> str:
        return f":material/{self.symbol}:"


DRAW = Page("Draw", "draw")
UPLOAD = Page("Upload", "photo_camera")
MY_DIGITS = Page("My digits", "person")
CHALLENGE = Page("Challenge", "trophy")
ELSEWHERE = Page("Use it elsewhere", "terminal")
EVALUATION = Page("Evaluation", "grid_on")
CONFIDENCE = Page("Confidence", "speed")
ERRORS = Page("Errors", "search")
MAP = Page("Map", "map")
WEAK_SPOTS = Page("Weak spots", "trending_down")
LABELS = Page("Labels", "label")
DIGIT = Page("Digit", "center_focus_strong")
INSIDE = Page("Inside", "account_tree")
TOUR = Page("Tour", "tour")
LESSON = Page("Lesson", "school")
MODELS = Page("Models", "leaderboard")
DATA = Page("Data", "dataset")
TRAINING = Page("Training", "model_training")

GROUPS = {
    "Read": (DRAW, UPLOAD, MY_DIGITS, CHALLENGE, ELSEWHERE),
    "Understand": (EVALUATION, CONFIDENCE, ERRORS, MAP, WEAK_SPOTS, LABELS, DIGIT, INSIDE),
    "Learn": (TOUR, LESSON, MODELS, DATA, TRAINING),
}
PAGES = tuple(page for group in GROUPS.values() for page in group)
FIRST = DRAW

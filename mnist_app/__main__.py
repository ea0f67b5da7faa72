"""`python -m mnist_app`: the command line."""

from mnist_app.commands import app

app(prog_name="python -m mnist_app")

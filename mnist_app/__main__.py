"""`python -m mnist_app`: the command line."""

from mnist_app.cli.commands import app

app(prog_name="python -m mnist_app")

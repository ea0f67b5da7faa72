import pytest

from mnist_app.digits.generated.pages import PageMaker


@pytest.fixture(scope="session")
def maker(tmp_path_factory):
    """Draws pages of the test part with what pip brings alone, so that they are the same everywhere."""
    return PageMaker("test", folder=tmp_path_factory.mktemp("nothing"))

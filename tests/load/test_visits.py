"""A few visits of those that `visits.py` makes."""

import resource

import visits


def test_visits_of_an_app_with_few_files(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    errors, files = visits.make_visits(len(visits.PAGES), 3, tmp_path / "log.txt")
    assert errors == {"": len(visits.PAGES)}
    assert 0 < files < visits.FILES
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before

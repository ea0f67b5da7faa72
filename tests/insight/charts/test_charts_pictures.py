import numpy as np

from mnist_app.insight.charts.pictures import (
    GAP,
    INK,
    PAPER,
    contact_sheet,
    map_sheet,
    mean_images,
    overlay,
    see_through,
    signed_picture,
)


def test_contact_sheet_lays_images_out_row_by_row():
    images = np.arange(1, 6, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    sheet = contact_sheet(images, 3)
    assert sheet.shape == (56, 84)
    assert sheet[::28, ::28].tolist() == [[1, 2, 3], [4, 5, 0]]
    assert (sheet[28:, 28:56] == 5).all()


def test_mean_images_average_each_digit_apart():
    labels = np.tile(np.arange(10), 2)
    images = np.zeros((20, 28, 28), np.uint8)
    images[3], images[13] = 100, 201
    means = mean_images(images, labels)
    assert means.shape == (10, 28, 28)
    assert set(np.unique(means[3])) <= {150, 151}
    assert means[4].max() == 0


def test_overlay_is_blue_where_positive_and_vermillion_where_negative():
    heat = np.zeros((28, 28))
    heat[5, 5], heat[20, 20] = 1, -1
    picture = overlay(np.zeros((28, 28), np.uint8), heat, 28).astype(int)
    assert picture[5, 5, 2] > picture[5, 5, 0] + 50
    assert picture[20, 20, 0] > picture[20, 20, 2] + 50
    assert (picture[0, 0] == PAPER).all()


def test_a_sheet_of_maps_is_dark_where_they_are_strong():
    maps = np.zeros((4, 5, 3))
    maps[1, 2, 1] = 2
    sheet = map_sheet(maps, 2)
    assert sheet.shape == (2 * (4 + GAP), 2 * (5 + GAP))
    assert sheet[1, 5 + GAP + 2] == INK
    assert (sheet[: 4 + GAP, : 5 + GAP][:-GAP, :-GAP] == PAPER).all()
    assert (sheet[4] == 255).all(), "a white gap"
    assert map_sheet(maps, 2, top=4)[1, 5 + GAP + 2] == round((PAPER + INK) / 2)
    assert map_sheet(maps - 1, 2)[0, 0] == PAPER, "the lowest is paper"


def test_numbers_are_blue_above_and_vermillion_below():
    picture = signed_picture(np.array([[0.5, 0, -1]]), 1.0).astype(int)
    assert picture.shape == (1, 3, 3)
    assert picture[0, 0, 2] > picture[0, 0, 0] + 50
    assert (picture[0, 1] == PAPER).all()
    assert picture[0, 2, 0] > picture[0, 2, 2] + 50


def test_the_page_is_seen_where_a_sheet_has_no_map():
    sheet = map_sheet(np.ones((5, 5, 3)), 2)
    seen = see_through(sheet)[..., 3]
    assert seen.shape == sheet.shape
    assert seen[:5, :5].all(), "a map is not seen through"
    assert not seen[5].any(), "between maps"
    assert not seen[6:, 6:].any(), "no fourth map"
    assert (see_through(np.full((1, 1, 3), 200, np.uint8)) == [200, 200, 200, 255]).all()

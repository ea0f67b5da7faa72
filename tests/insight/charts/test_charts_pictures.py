import numpy as np

from mnist_app.insight.charts.pictures import PAPER, contact_sheet, mean_images, overlay


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

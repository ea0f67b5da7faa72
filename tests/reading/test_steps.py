import warnings
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mnist_app.digits.frame import frame_written, stroke_width
from mnist_app.reading.ink import bridge, ink_mask
from mnist_app.reading.paper import divide_background, find_page, flat_paper, polarity
from mnist_app.reading.steps import (
    DIGIT_STEPS,
    IMAGE,
    MASK,
    PICTURE_STEPS,
    SHOWN_SIDE,
    STRENGTH,
    composite_alpha,
    run_steps,
    show_digit_steps,
    show_picture_steps,
    step_id,
    working_size,
)


def rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


def page(height: int = 300, width: int = 400, shade: int = 255) -> np.ndarray:
    return np.full((height, width, 3), shade, np.uint8)


def test_large_pictures_are_reduced_and_tiny_ones_enlarged():
    assert working_size(page(3000, 4000)).shape == (1000, 1333, 3)
    assert working_size(page(45, 45)).shape == (405, 405, 3)
    assert working_size(page(280, 280)).shape == (280, 280, 3)


@pytest.mark.parametrize(("ink", "paper"), [((0, 0, 0), 255), ((250, 240, 60), 0), ((200, 30, 60), 255)])
def test_transparent_paper_contrasts_with_the_ink(ink, paper):
    picture = np.zeros((50, 50, 4), np.uint8)
    picture[20:30, 20:30] = (*ink, 255)
    flat = composite_alpha(picture)
    assert tuple(flat[0, 0]) == (paper,) * 3
    assert tuple(flat[25, 25]) == ink


def test_polarity_inverts_light_ink_only():
    dark, light = page(), page(shade=0)
    dark[100:200, 150:160] = 0
    light[100:200, 150:160] = 255
    assert np.array_equal(polarity(dark), dark)
    assert np.array_equal(polarity(light), 255 - light)


def test_a_bright_page_on_a_dark_table_does_not_invert_it():
    picture = page(shade=60)
    picture[40:260, 60:340] = 220
    picture[100:180, 150:158] = 30
    assert np.array_equal(polarity(picture), picture)


def test_background_division_removes_a_gradient_and_the_colour_of_paper():
    light = np.linspace(90, 250, 400)[np.newaxis, :, np.newaxis]
    picture = (np.ones((300, 1, 1)) * light * np.array([1, 0.9, 0.6])).astype(np.uint8)
    assert divide_background(picture).min() > 240


@pytest.mark.parametrize("colour", [(255, 40, 40), (240, 220, 0), (0, 90, 255), (130, 130, 130)])
def test_coloured_and_faint_ink_is_found(colour):
    picture = page()
    cv2.line(picture, (100, 80), (180, 220), colour, 6)
    mask = run_steps(PICTURE_STEPS, picture)[MASK]
    assert mask[150, 140]
    assert not mask[:60].any()
    assert 600 < mask.sum() < 2000


def test_pencil_is_found_beside_marker():
    strength = np.zeros((400, 600), np.uint8)
    cv2.line(strength, (100, 80), (100, 300), 60, 4)
    cv2.line(strength, (450, 80), (450, 300), 240, 24)
    mask = ink_mask(strength)
    assert mask[200, 100]
    assert mask[200, 450]
    assert not mask[200, 250]


def strokes(*columns: tuple[int, int, int]) -> np.ndarray:
    """A stroke from left to right whose strength changes: `(first, last, strength)`."""
    strength = np.full((60, 120), 5, np.uint8)
    for first, last, level in columns:
        strength[28:32, first:last] = level
    return strength


@pytest.mark.parametrize(
    ("strength", "pieces"),
    [
        (strokes((10, 50, 200), (50, 60, 60), (60, 100, 200)), 1),  # dry ink in between
        (strokes((10, 50, 200), (60, 100, 200)), 2),  # nothing in between
        (strokes((10, 50, 200), (50, 60, 60), (60, 100, 90)), 2),  # a shadow that begins at a digit
    ],
)
def test_strokes_that_grow_faint_are_mended(strength, pieces):
    mended = bridge(strength, strength > 80, strength > 40)
    assert cv2.connectedComponents(mended.view(np.uint8))[0] - 1 == pieces


def test_smudges_stay_out():
    strength = strokes((10, 50, 200), (50, 60, 60), (80, 110, 200))
    assert not bridge(strength, strength > 80, strength > 40)[:, 50:60].any()


def test_what_lies_beside_a_sheet_is_painted_over():
    picture = page() // 255 * np.linspace(30, 70, 400).astype(np.uint8)[:, np.newaxis]
    picture[50:250, 80:330] = np.linspace(170, 240, 250)[:, np.newaxis]
    picture[100:180, 150:158] = 30
    picture[:, 370:380] = 0
    painted = find_page(picture)
    assert painted[:, 360:].min() > 150
    assert np.array_equal(painted[90:190, 140:170], picture[90:190, 140:170])


def test_a_shadow_is_no_table():
    picture = page(shade=220)
    picture[150:, 250:] = 130
    assert find_page(picture) is picture


@pytest.mark.parametrize("paper", [np.linspace(150, 250, 300), np.full(300, 235)])
def test_strokes_wider_than_a_pen_are_no_shadow(paper):
    """A blocky scan, or a brush: a stroke of a fifth of the picture, where paper and light have shades."""
    grain = np.random.default_rng(0).normal(0, 6, (300, 300))
    picture = np.repeat((paper + grain).clip(0, 255)[..., np.newaxis], 3, axis=2).astype(np.uint8)
    picture[40:260, 110:170] = 30
    mask = run_steps(PICTURE_STEPS, picture)[MASK]
    mask = cv2.resize(mask.view(np.uint8), (300, 300)) > 0
    assert mask[50:250, 115:165].mean() > 0.98
    assert mask[:, :90].mean() < 0.01
    assert mask[:, 190:].mean() < 0.01


def test_grey_cells_of_a_clean_scan_are_ink():
    """On paper of one colour all around, light grey is no shade, however much of it there is."""
    picture = np.full((300, 300, 3), 255, np.uint8)
    picture[40:260, 80:200] = 200
    picture[60:240, 90:170] = 0
    assert flat_paper(picture).tolist() == [255, 255, 255]
    shown = divide_background(picture)
    assert (shown[45:55, 90:190] == 200).all()
    shade = picture.copy()
    shade[:, 200:] = 225  # it reaches the border
    assert flat_paper(shade) is None
    picture[30:270, 30:180] = 200  # grey paper on white ground
    assert flat_paper(picture) is None


@pytest.mark.parametrize("thickness", [1, 40])
def test_hair_lines_and_brushes_become_pens(thickness):
    ink = np.zeros((280, 280), np.uint8)
    cv2.ellipse(ink, (140, 140), (70, 100), 0, 0, 300, 255, thickness)
    image = run_steps(DIGIT_STEPS, ink)[IMAGE]
    width = stroke_width(image > 127) / 20
    assert 0.06 < width < 0.25


@pytest.mark.parametrize("thickness", [1, 12, 40])
def test_the_steps_of_a_digit_make_what_networks_learn_from(thickness):
    ink = np.zeros((280, 280), np.uint8)
    cv2.ellipse(ink, (140, 140), (70, 100), 0, 0, 300, 255, thickness)
    assert np.array_equal(run_steps(DIGIT_STEPS, ink)[IMAGE], frame_written(ink))


def test_a_step_that_is_off_does_the_least():
    picture = page(shade=0)
    picture[100:200, 150:160] = 255
    made = run_steps(PICTURE_STEPS, picture, frozenset(["polarity"]))
    assert made["polarity"][0, 0, 0] == 0
    assert list(made) == [row.id for row in PICTURE_STEPS]


def test_a_picture_of_pure_colours_has_no_page():
    """No place of it is bright in all channels: there is nothing to take for a sheet."""
    rng = np.random.default_rng(0)
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[np.arange(60)[:, np.newaxis], np.arange(80), rng.integers(0, 3, (60, 80))] = 255
    with warnings.catch_warnings(action="error"):
        assert find_page(picture) is picture


def test_the_ids_of_steps_stay_whatever_the_steps_are_called():
    assert [row.id for row in (*PICTURE_STEPS, *DIGIT_STEPS)] == [
        "working_size", "composite_alpha", "polarity", "page_finding", "background_division", "grey", "ink_mask",
        "crop_to_ink", "stroke_width", "fit_20_x_20", "centre_of_mass",
    ]  # fmt: skip


def test_steps_are_told_by_their_ids_and_not_by_their_names():
    reworded = [replace(row, name=f"another name of {row.id}") for row in DIGIT_STEPS]
    ink = np.full((40, 30), 255, np.uint8)
    one, other = (run_steps(table, ink, frozenset(["centre_of_mass"])) for table in (DIGIT_STEPS, reworded))
    assert list(one) == list(other)
    assert all(np.array_equal(made, other[step]) for step, made in one.items())


@pytest.mark.parametrize(
    ("word", "meant"), [("Centre of mass", "centre_of_mass"), ("grey", "grey"), ("Fit 20 x 20", "fit_20_x_20")]
)
def test_a_step_is_known_by_its_id_and_by_its_first_name(word, meant):
    assert step_id(word) == meant


def test_steps_are_shown_small_as_grey_or_colours_with_their_hints():
    picture = page(1300, 1700)
    picture[600:700, 800:820] = 0
    steps = show_picture_steps(picture)
    assert [step.name for step in steps] == [row.name for row in PICTURE_STEPS]
    assert all(step.hint and step.picture.dtype == np.uint8 for step in steps)
    assert {max(step.picture.shape) for step in steps} == {SHOWN_SIDE}
    assert [row.id for row, step in zip(PICTURE_STEPS, steps, strict=True) if step.changed] == [STRENGTH]
    assert set(np.unique(steps[-1].picture)) >= {0, 255}, "a mask is black and white"
    ink = picture[550:750, 700:900, 0] ^ 255
    shown = show_digit_steps(ink)
    assert [step.name for step in shown] == [row.name for row in DIGIT_STEPS]
    np.testing.assert_array_equal(shown[-1].picture, run_steps(DIGIT_STEPS, ink)[IMAGE])

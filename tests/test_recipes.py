import pytest

from mnist_app import recipes
from mnist_app.architectures import ARCHITECTURES, build


def test_parameters_of_the_classic_network():
    settings = recipes.find_recipe("dropout").settings
    assert build(settings.architecture, settings.classes, settings.dropout).count_params() == 225_034


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_builds(name):
    settings = recipes.find_recipe(name).settings
    scores, features, maps = build(settings.architecture, settings.classes, settings.dropout).output_shape
    assert scores == (None, settings.classes)
    assert len(features) == 2
    assert len(maps) == 4


def test_every_architecture_has_a_recipe():
    assert {recipe.settings.architecture for recipe in recipes.RECIPES.values()} == set(ARCHITECTURES)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match="recipe must be one of dropout.*not 'nothing'"):
        recipes.find_recipe("nothing")
    with pytest.raises(ValueError, match="architecture must be one of dropout.*not 'nothing'"):
        build("nothing", 10, 0.5)

import base64
import zlib

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.web import visitor_digit


def test_an_address_can_hold_a_digit(mnist_test):
    image = mnist_test[0][4]
    word = visitor_digit.encode(image)
    assert len(word) < 700
    assert np.array_equal(visitor_digit.decode(word), image)


def pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(data)).decode()


@pytest.mark.parametrize("word", ["", "7", "ä", "####", "eNpj", pack(b"x"), pack(bytes(785)), pack(bytes(10_000_000))])
def test_anything_else_is_no_digit(word):
    assert visitor_digit.decode(word) is None


def test_digits_that_look_alike_can_each_be_chosen_and_the_least_sure_one_is_shown_first():
    def script():
        from types import SimpleNamespace

        import streamlit as st

        from mnist_app.web import visitor_digit

        told = [(7, 0.9, "sure"), (1, 0.8, "sure"), (1, 0.7, "unsure"), (1, 0.1, "typed")]
        digits = [SimpleNamespace(label=label, confidence=share, state=state) for label, share, state in told]
        st.write(visitor_digit.choose(digits, "one").confidence)

    page = AppTest.from_function(script).run()
    assert page.markdown[0].value == "`0.7`"
    control = page.segmented_control[0]
    assert len(set(control.options)) == 4
    control.set_value(1).run()
    assert page.markdown[0].value == "`0.8`"

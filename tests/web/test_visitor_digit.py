import base64
import zlib

import numpy as np
import pytest

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

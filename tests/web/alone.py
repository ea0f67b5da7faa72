"""Coroutines in tests."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_alone(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread of its own: Playwright leaves a loop in that of the tests, which takes no second."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()

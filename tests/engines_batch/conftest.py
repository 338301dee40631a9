"""The batch engine's tests need a processor with AVX2."""

import pytest

from ascent.engines.batch.programs import supported_lanes


def pytest_collection_modifyitems(items):
    if supported_lanes():
        return
    for item in items:
        if "engines_batch" in str(item.path):
            item.add_marker(pytest.mark.skip(reason="the processor has no AVX2 and FMA"))

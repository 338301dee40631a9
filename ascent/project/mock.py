"""Masks of mock nerves, drawn into a project's input folder."""

from __future__ import annotations

from pathlib import Path

from ascent.config.loading import load
from ascent.config.mock_sample import MockSampleConfig
from ascent.project.layout import ProjectFolder


def generate_mock_input(folder: ProjectFolder, index: int) -> Path:
    """Draw the masks that ``config/user/mock_samples/<index>.json`` describes.

    Returns
    -------
    Path
        The folder ``input/<NAME>`` that holds them.
    """
    from ascent.nerve import generate_mock

    config = load(folder.mock_sample_file(index), MockSampleConfig)
    target = folder.input_folder(config.global_.NAME)
    generate_mock(config, target)
    return target

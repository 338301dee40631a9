"""The first stage: masks to a cross-section of the nerve."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ascent.config.loading import dump
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.sample import SampleConfig
from ascent.errors import ConfigError
from ascent.files import write_json
from ascent.project.inputs import sample_content
from ascent.project.stamps import Stamp, code_fingerprint, content_key, sha256_of_file

if TYPE_CHECKING:
    from ascent.nerve import Sample

_log = logging.getLogger(__name__)
_MASK_SUFFIXES = (".tif", ".tiff")


@dataclass(frozen=True)
class BuiltSample:
    """A sample and the key of all that went into it."""

    sample: Sample
    key: str
    reused: bool


def build_sample_stage(
    config: SampleConfig, sample_folder: Path, input_folder: Path, thickness: PerineuriumThicknessConfig
) -> BuiltSample:
    """Build the sample, or read it back when nothing it depends on has changed.

    Parameters
    ----------
    config : SampleConfig
        sample.json.
    sample_folder : Path
        ``samples/<s>``; cross-section, masks and plots are written there, and Morphology into sample.json.
    input_folder : Path
        Folder of the masks; they are read, never changed.
    thickness : PerineuriumThicknessConfig
        Fits of the perineurium's thickness.

    Raises
    ------
    MorphologyError
        When the masks do not make a nerve.
    ConfigError
        When the folder of the masks is missing.
    """
    from ascent.nerve import Sample, build_sample
    from ascent.nerve.plots import save_plots

    if not input_folder.is_dir():
        raise ConfigError(
            f"{sample_folder / 'sample.json'}: sample is {config.sample}: there is no folder {input_folder} with masks."
        )
    key = content_key(
        "sample/1", code_fingerprint("nerve"), sample_content(config), masks_content(input_folder), dump(thickness)
    )
    stamp = Stamp(sample_folder, "sample")
    if stamp.holds(key):
        _log.info("sample %s: nothing has changed, used again", sample_folder.name)
        return BuiltSample(Sample.read(sample_folder), key, True)
    stamp.begin()
    sample = build_sample(config, input_folder, thickness)
    written = [*sample.write(sample_folder), *save_plots(sample, sample_folder / "plots")]
    _write_morphology(sample_folder / "sample.json", sample.morphology())
    stamp.write(key, written)
    areas = sum(inner.trace.area for inner in sample.inners)
    _log.info("sample %s: %d fascicles, endoneurium %.0f µm²", sample_folder.name, len(sample.inners), areas)
    return BuiltSample(sample, key, False)


def masks_content(input_folder: Path) -> dict[str, str]:
    """Hashes of the images in a folder, by name."""
    images = sorted(p for p in input_folder.iterdir() if p.suffix.lower() in _MASK_SUFFIXES)
    return {image.name: sha256_of_file(image) for image in images}


def _write_morphology(file: Path, morphology: object) -> None:
    if not file.is_file():
        return
    written = json.loads(file.read_text(encoding="utf-8-sig"))
    if written.get("Morphology") != morphology:
        write_json(file, {**written, "Morphology": morphology})

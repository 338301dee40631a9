"""The spreadsheet of a dataset, edited by a user: which n_sims go, and as which subjects and samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ascent.errors import ConfigError
from ascent.project.layout import NSimName

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SparcPlace:
    """Where a sample goes in a dataset: ``sub-<subject>/sam-<sample>-sub-<subject>``."""

    subject: int
    sample: int

    @property
    def folder(self) -> str:
        """Path below ``primary``."""
        return f"sub-{self.subject}/sam-{self.sample}-sub-{self.subject}"


def read_sheet(path: Path) -> tuple[list[NSimName], dict[int, SparcPlace]]:
    """What a spreadsheet, maybe edited, says: the n_sims, and where each sample goes.

    Samples without numbers in ``sub`` and ``sam`` become subjects of their own.

    Raises
    ------
    ConfigError
        When it is missing, names no n_sims, or its numbers contradict each other.
    """
    import pandas as pd

    if not path.is_file():
        raise ConfigError(f"{path} is missing; ascent build_dataset query writes it.")
    try:
        sheets = pd.read_excel(path, sheet_name=None, dtype={"Indices": str})
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{path} cannot be read as .xlsx ({error}).") from error
    table = pd.concat(list(sheets.values()), ignore_index=True)
    if "Indices" not in table.columns or not len(table):
        raise ConfigError(f"{path}: the column Indices, with rows such as 0_0_0_0, is missing.")
    names = []
    for text in table["Indices"]:
        name = NSimName.parse(str(text))
        if name is None:
            raise ConfigError(f"{path}: Indices has {text!r}: must be sample_model_sim_nsim, such as 0_0_0_0.")
        names.append(name)
    return names, _places(path, names, table)


def _places(path: Path, names: Sequence[NSimName], table: pd.DataFrame) -> dict[int, SparcPlace]:
    given: dict[int, dict[str, int]] = {name.sample: {} for name in names}
    for column in ("sub", "sam"):
        if column not in table.columns:
            continue
        for name, value in zip(names, table[column].tolist(), strict=True):
            if value != value or value is None:  # an empty cell
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 0:
                raise ConfigError(f"{path}: {column} of {name} is {value!r}: must be a whole number.")
            if given[name.sample].setdefault(column, int(value)) != int(value):
                earlier = given[name.sample][column]
                raise ConfigError(
                    f"{path}: {column} of sample {name.sample} is {earlier} in one row, {value:g} in another."
                )
    return _numbered(path, given)


def _numbered(path: Path, given: Mapping[int, Mapping[str, int]]) -> dict[int, SparcPlace]:
    places: dict[int, SparcPlace] = {}
    subjects = {numbers["sub"] for numbers in given.values() if "sub" in numbers}
    for sample, numbers in given.items():
        if len(numbers) == 2:
            places[sample] = SparcPlace(numbers["sub"], numbers["sam"])
    for sample, numbers in given.items():
        if sample in places:
            continue
        subject = numbers.get("sub", _unused(subjects))
        subjects.add(subject)
        own = {place.sample for place in places.values() if place.subject == subject}
        places[sample] = SparcPlace(subject, numbers.get("sam", _unused(own)))
    for first, place in places.items():
        for second, other in places.items():
            if first < second and place == other:
                raise ConfigError(
                    f"{path}: samples {first} and {second} both are {place.folder}; number one otherwise."
                )
    return {sample: places[sample] for sample in given}


def _unused(numbers: set[int]) -> int:
    number = 1
    while number in numbers:
        number += 1
    return number

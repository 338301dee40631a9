"""Detailed cells: what a cell parameter file says, as NEURON sections.

The interface that other parts build on::

    from ascent.network.cell import create_cell
    cell = create_cell(parameters, scale_function=None, all_points=False, biophysics=True)

`parameters` is the path of a cell parameter file, a mapping with its content, or only its ``neuron`` part. Mechanisms
are compiled and loaded on the way. `scale_function(cell)` is called when the sections are connected, before they are
discretised.

``cell`` is a `Cell`:

``cell.sections``
    list of `CellSection`, in the order of the morphology file, then the artificial axon; the position in this list
    is the section ID of every file. A `CellSection` *is* a NEURON section (``section(0.5)``, ``section.nseg``,
    ``h.distance(section(0), other(1))``) with further attributes, none of which changes when diameters are scaled:
    ``index`` (section ID), ``label`` (str), ``parent`` (`CellSection`, None for the soma), ``parent_x`` (where it is
    attached, 0-1; also ``parentx``), ``points`` (float array (n, 3), µm; also ``pts``), ``relative_points`` (float
    array (n,), 0-1; also ``relPts``), ``diameters`` (float array (n,), µm; also ``diamList``), ``segment_x`` (centres
    of its segments, float array (nseg,); also ``segx``), ``first_segment`` (its first segment in ``cell.segments``).
``cell.soma``
    the section that has no parent.
``cell.structures``
    ``{label: [sections]}``; ``cell.branches`` is ``{label: [tree, …]}`` with one tree (a list of sections, parents
    first) for each section that is attached to the soma.
``cell.segments``
    list of (section index, segment index), all segments in the order of the sections.
``cell.segment_index(section_index, x)``
    position in ``cell.segments`` of what NEURON takes for ``section(x)``.
``cell.soma_distance(section_index, x)``
    path length to the soma as the synapse files count it (µm): without the soma, 0 on it.
``cell.distance_to_soma(section, x)``
    path length from ``soma(0)`` as NEURON counts it (µm), for a section or a section ID: with half of the soma.
``cell.max_distance(label)``
    largest path length from the origin of a label to an end of it (µm).
``cell.synapses``
    ``{type: [synapses]}``; filled by whoever places synapses.
``cell.stimuli``
    whatever must stay alive as long as the cell: point processes of the cell modify functions.
``cell.embeddings``
    realizations of networks that are attached to the cell (`ascent.network.embedding`).
``cell.record(section_index, segment_index)``, ``cell.tVec``, ``cell.t``, ``cell.vmSoma``
    membrane potential (mV) and time (ms) of the next run, float arrays; ``cell.record_range_variable`` for others.
``cell.re_init_cell()``
    forgets what was recorded and drops point processes of synapses.
``cell.parameters``
    the checked ``neuron`` part, `ascent.config.network.cell.NeuronParameters`.
``cell.discard()``
    deletes the sections from NEURON, so that a process can build the next cell.

``recording_sites(paths, cell)`` in `ascent.network.cell.recording` gives the sites of landmark files.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Without this NEURON looks for a display and says on standard error that there is none.
os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell
    from ascent.network.cell.create import create_cell
    from ascent.network.cell.section import CellSection

__all__ = ["Cell", "CellSection", "create_cell"]

_HOME = {"Cell": "cell", "CellSection": "section", "create_cell": "create"}


def __getattr__(name: str) -> Any:
    # NEURON is imported only where a cell is built.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)

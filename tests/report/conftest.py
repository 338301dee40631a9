"""A small run with a report, and a real browser to open it in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ascent
from ascent.project.cache import CACHE_VARIABLE
from ascent.runs import RunDirectory

SMALL = [
    "model.medium.proximal.length=5000",
    "model.medium.proximal.radius=1200",
    "model.solver.sorder=1",
    "+model.mesh.tolerance=0.5",
    "sim.fibers.z_parameters.diameter=[5.7,8.7]",
    "sim.fibers.xy_parameters.mode=UNIFORM_COUNT",
    "+sim.fibers.xy_parameters.count=6",
    "+sim.fibers.xy_parameters.seed=1",
    "sim.waveform.global.dt=0.01",
    "sim.waveform.global.stop=3",
    "sim.waveform.global.off=2",
    "sim.protocol.bounds_search.top=-0.1",
    "sim.protocol.termination_criteria.percent=5",
]

#: As Chromium wants to be started without a display, a sandbox or a network.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader"]  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fields are cached for this session only; the compiled mechanisms are the user's."""
    from ascent.mechanisms.build import build_mechanisms, cache_directory

    build_mechanisms()
    folder = tmp_path_factory.mktemp("cache")
    (folder / "mechanisms").symlink_to(cache_directory() / "mechanisms")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(folder))
        yield


@pytest.fixture(scope="session")
def finished_run(made_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A finished run with its archive; nobody changes it."""

    def run(results: Path) -> None:
        ascent.run("0", [*SMALL, f"results.directory={results}", "engine.workers=1"], quiet=True)

    (directory,) = (path for path in made_once("reported", run).iterdir() if path.is_dir())
    return directory


@pytest.fixture
def run_copy(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of the finished run that a test may change."""
    return Path(shutil.copytree(finished_run, tmp_path / finished_run.name))


@pytest.fixture
def network_run(tmp_path: Path) -> Path:
    """A finished run with the files of a network study: 3 sweeps, the last without a spike."""
    with RunDirectory.create(tmp_path, 5, config={"study": "network", "name": "sweeps"}, overrides=["+run=4"]) as run:
        spikes = {
            "sweep": [0, 0, 1, 1],
            "site": ["soma", "soma", "soma", "tuft"],
            "t_ms": [250.0, 260.5, 255.25, 256.0],
        }
        pd.DataFrame(spikes).to_parquet(run.path / "spike_times.parquet")
        times = np.arange(240, 270, 0.5)
        traces = [
            pd.DataFrame({"sweep": sweep, "site": site, "t_ms": times, "v_mV": -70 + sweep + np.sin(times)})
            for sweep in range(3)
            for site in ("soma", "tuft")
        ]
        pd.concat(traces).to_parquet(run.path / "voltage_traces.parquet")
        synapses = {
            "sweep": [0, 1, 2],
            "synapse_type": ["L4ss_C2", "L4ss_C2", "VPM_C2"],
            "soma_distance": [100.0, 300.0, 50.0],
            "times_ms": [[246.0, 252.0], [247.0], [251.0]],
        }
        pd.DataFrame(synapses).to_parquet(run.path / "synapse_activation.parquet")
        for sweep in range(3):
            (run.path / f"simulation_run{sweep:04d}_synapses.csv").write_text(f"# {sweep}\n")
    return run.path


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures are kept for a look: a folder that git ignores."""
    folder = Path(__file__).parents[2] / "build" / "report_screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if path is None:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


class Opened:
    """A page in the browser, and what went wrong in it.

    Attributes
    ----------
    page : playwright.sync_api.Page
    errors : list of str
        Errors in the console or uncaught.
    requests : list of str
        Addresses that the page asked for, itself left out.
    """

    def __init__(self, page: Any, file: Path) -> None:
        self.page, self.errors, self.requests = page, [], []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached", timeout=20_000)
        self.requests = [url for url in self.requests if url != file.as_uri() and not url.startswith("data:")]


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Opens a file in a window of its own; keywords go to the window, `script` runs before the page's own."""
    windows = []

    def opener(file: Path, script: str = "", **options: Any) -> Opened:
        window = browser.new_context(viewport={"width": 1366, "height": 850}, **options)
        windows.append(window)
        page = window.new_page()
        if script:
            page.add_init_script(script)
        return Opened(page, file)

    yield opener
    for window in windows:
        window.close()

"""Many patients in blocks: on this core, on several, or on Ray, in patient order and with the same bytes from each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from xinglin.records.simulation import CourseBlock, Residual, SimulationRequest
    from xinglin.shelf.promises import AbstractDisease

Engine = Literal["serial", "pool", "ray"]
BLOCK = 50_000  # patients at most
MOST_BYTES = 2 * 2**30  # of courses that are answered at once
BLOCK_BYTES = 256 * 2**20  # of courses at most; what is written does not depend on it


def simulate(
    disease: AbstractDisease,
    request: SimulationRequest,
    *,
    workers: int = 1,
    engine: Engine = "serial",
    block: int | None = None,
    on_block: Callable[[CourseBlock], None] | None = None,
    resume: int = 0,
) -> Iterator[CourseBlock]:
    """The courses of patients `resume` to `request.patients - 1`, block after block, each with the request's residual.

    `resume`: how many patients are already there. `on_block` is called with each block before it is handed out (progress).
    Raises InvalidInput XL-SIM-05x for an engine or a number that cannot be; what a request cannot serve is raised at the first block.
    """
    block = block_of(disease, request) if block is None else block
    if engine not in ("serial", "pool", "ray") or workers < 1 or block < 1 or not 0 <= resume <= request.patients:
        raise InvalidInput(
            "XL-SIM-050", "engine, workers, block or resume cannot be", where="simulate", fix="serial, pool or ray; numbers from 1 on"
        )
    starts = [(first, min(block, request.patients - first)) for first in range(resume, request.patients, block)]
    found = {"serial": _serial, "pool": _pool, "ray": _ray}[engine](disease, request, starts, workers)
    return _handed_out(found, _residual(disease, request), on_block)


def block_of(disease: AbstractDisease, request: SimulationRequest) -> int:
    """Patients in a block: as many as keep its courses (single precision, each observable at each time) within BLOCK_BYTES."""
    return max(1, min(BLOCK, BLOCK_BYTES // _bytes_each(disease, request)))


def see_that_it_fits(disease: AbstractDisease, *requests: SimulationRequest) -> None:
    """Raises InvalidInput XL-SIM-052 when the courses of all patients of these requests at once would need more than MOST_BYTES."""
    if sum(one.patients * _bytes_each(disease, one) for one in requests) > MOST_BYTES:
        raise InvalidInput(
            "XL-SIM-052",
            f"so many patients and times at once need more than {MOST_BYTES // 2**30} GiB",
            where="request",
            fix="ask for fewer patients or times, or write the cohort to a file: xinglin simulate -o",
        )


def _bytes_each(disease: AbstractDisease, request: SimulationRequest) -> int:
    return 4 * max(1, len(request.times)) * max(1, len(disease.card.observables))


def one_block(disease: AbstractDisease, request: SimulationRequest, first: int, count: int) -> CourseBlock:
    """Patients `first` to `first + count - 1`: drawn and run. All that a worker does."""
    return disease.run(request, disease.draw(request, first, count), first)


def _residual(disease: AbstractDisease, request: SimulationRequest) -> Residual | None:
    found: Callable[[Any], Residual] | None = getattr(disease, "residual", None)
    return found(request) if found is not None else None


def _handed_out(
    blocks: Iterator[CourseBlock], residual: Residual | None, on_block: Callable[[CourseBlock], None] | None
) -> Iterator[CourseBlock]:
    for found in blocks:
        whole = replace(found, residual=residual)
        if on_block is not None:
            on_block(whole)
        yield whole


def _serial(disease: AbstractDisease, request: SimulationRequest, starts: list[tuple[int, int]], workers: int) -> Iterator[CourseBlock]:
    for first, count in starts:
        yield one_block(disease, request, first, count)


def _pool(disease: AbstractDisease, request: SimulationRequest, starts: list[tuple[int, int]], workers: int) -> Iterator[CourseBlock]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[Any] = deque()
        try:
            for first, count in starts:
                waiting.append(pool.submit(one_block, disease, request, first, count))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _ray(disease: AbstractDisease, request: SimulationRequest, starts: list[tuple[int, int]], workers: int) -> Iterator[CourseBlock]:
    try:
        import ray
    except ImportError:
        raise InvalidInput("XL-SIM-051", "Ray is not installed", where="simulate", fix="install xinglin[scale], or use the pool") from None
    mine = not ray.is_initialized()
    if mine:
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        task = ray.remote(num_cpus=1)(one_block)
        waiting: deque[Any] = deque()
        for first, count in starts:
            waiting.append(task.remote(disease, request, first, count))
            if len(waiting) > 2 * workers:
                yield ray.get(waiting.popleft())
        while waiting:
            yield ray.get(waiting.popleft())
    finally:
        if mine:
            ray.shutdown()

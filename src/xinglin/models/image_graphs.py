"""A kept model's graphs as functions of numpy arrays, run by onnxruntime: what a house needs to sample, without torch.

The same graph and arrays give the same bytes on one machine: one thread, deterministic kernels, nothing tuned while running.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinglin.records.errors import InvalidInput, OutOfResources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Graph = Callable[..., "NDArray[np.float32]"]
FOLDER = "graphs"


def graphs_of(graphs: str | Path | Mapping[str, bytes], threads: int = 1) -> dict[str, Graph]:
    """Name -> function of arrays by name. `graphs`: a kept model's folder, or name -> ONNX bytes. The bytes of an answer may depend on `threads`.

    Raises OutOfResources XL-LEARN-040 where onnxruntime is not installed, InvalidInput XL-LEARN-041 where there is no graph that can be run.
    """
    try:
        import onnxruntime
    except ImportError:
        raise OutOfResources(
            "XL-LEARN-040", "pictures cannot be made without onnxruntime", why="it is not installed", fix="install xinglin[images]"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = max(1, threads)
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    contents = graphs if isinstance(graphs, Mapping) else _read(Path(graphs))
    if not contents:
        raise InvalidInput("XL-LEARN-041", "this model holds no graph", where=FOLDER, fix="train it again")
    found = {}
    for name, content in sorted(contents.items()):
        try:
            session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except _faults() as error:
            raise InvalidInput(
                "XL-LEARN-041", "a graph of this model cannot be run", where=name, why=type(error).__name__, fix="train it again"
            ) from None
        found[name] = _called(session)
    return found


def _faults() -> tuple[type[Exception], ...]:
    """What onnxruntime raises for a graph that it cannot load; its classes are made at run time."""
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")

    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented", "RuntimeException")
    return tuple(getattr(state, name) for name in names)


def _read(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((folder / FOLDER).glob("*.onnx"))}


def _called(session: Any) -> Graph:
    types = {one.name: one.type for one in session.get_inputs()}

    def _said(**inputs: NDArray[Any]) -> NDArray[np.float32]:
        import numpy as np

        given = {}
        for name, kind in types.items():
            wanted = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(bool)": np.bool_}[kind]
            given[name] = np.ascontiguousarray(inputs[name], wanted)
        return session.run(None, given)[0]

    return _said

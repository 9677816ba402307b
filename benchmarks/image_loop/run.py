"""What does our loop cost beside MONAI's own tutorial loop, with the same network, pictures, batch and optimiser?

Run: python benchmarks/image_loop/run.py     (three minutes on one thread; needs xinglin[torch] and einops; writes result.json beside it)
The peer is the loop of Project-MONAI/tutorials generation/2d_ddpm/2d_ddpm_tutorial.ipynb (read 2026-08-14, written anew): CacheDataset, DataLoader,
DiffusionInferer, Adam, autocast with a scaler. The network is MONAI's DiffusionModelUNet at 64 pixels; on a processor narrower than the tutorial's.
Ours does more in a step: the running mean of the weights, cut gradients, a rate that follows a curve, chance seeded anew. Both loops take turns.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.data import CacheDataset, DataLoader
from monai.inferers import DiffusionInferer
from monai.networks.nets.diffusion_model_unet import DiffusionModelUNet
from monai.networks.schedulers.ddpm import DDPMScheduler
from monai.transforms.compose import Compose
from monai.transforms.intensity.dictionary import ScaleIntensityRanged

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin.records.image_learning import ImageForm, LearningPlan
from xinglin.shelf.promises import AbstractImageModel
from xinglin.training.image_learning.company import company_of
from xinglin.training.image_learning.learner import Learner, fresh_networks
from xinglin.training.image_learning.precision import has_bfloat16, repeatable
from xinglin.training.image_sets import ImageSet

GRAPHICS = torch.cuda.is_available()
CHANNELS, BATCH = ((128, 256, 256), 64) if GRAPHICS else ((32, 64, 64), 16)  # the tutorial's own on a graphics card
ROUNDS, STEPS, WARM = (3, 40, 10) if GRAPHICS else (3, 5, 1)


def network() -> torch.nn.Module:
    return DiffusionModelUNet(
        spatial_dims=2, in_channels=1, out_channels=1, channels=CHANNELS, attention_levels=(False, True, True), num_res_blocks=1,
        num_head_channels=CHANNELS[-1], norm_num_groups=32,
    )  # fmt: skip


class Ddpm(AbstractImageModel):
    """The tutorial's network and loss as a model of ours."""

    name, version, task = "ddpm", "1", "generate"

    def __init__(self) -> None:
        self.inferer = DiffusionInferer(DDPMScheduler(num_train_timesteps=1000))

    def networks(self, form, settings):
        return torch.nn.ModuleDict({"network": network()})

    def step(self, networks, turn, form, settings):
        pictures = turn.batch["pictures"]
        noise = torch.randn_like(pictures)
        times = torch.randint(0, 1000, (len(pictures),), device=pictures.device)
        said = self.inferer(inputs=pictures, diffusion_model=networks["network"], noise=noise, timesteps=times)
        loss = torch.nn.functional.mse_loss(said.float(), noise.float())
        turn.backward(loss, "all")
        turn.update("all")
        return {"loss": float(loss.detach())}

    def graphs(self, networks, form, settings):
        return {}

    def sample(self, graphs, form, settings, request):
        raise NotImplementedError("only learning is measured")


def pictures() -> np.ndarray:
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:64, :64]
    at = random.uniform(16, 48, (512, 2, 1, 1))
    return (255 * np.exp(-((rows - at[:, 0]) ** 2 + (columns - at[:, 1]) ** 2) / 128)).astype(np.float32)[:, None]


def tutorial(values: np.ndarray, device: torch.device, precision: torch.dtype | None) -> Callable[[int], None]:
    """The peer: so many steps of its loop."""
    data = CacheDataset(
        [{"image": one} for one in values],
        Compose([ScaleIntensityRanged(["image"], a_min=0, a_max=255, b_min=0, b_max=1, clip=True)]),
        progress=False,
    )
    loader = DataLoader(data, batch_size=BATCH, shuffle=True, num_workers=0)
    model = network().to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=2.5e-5)
    inferer = DiffusionInferer(DDPMScheduler(num_train_timesteps=1000))
    scaler = torch.amp.GradScaler(device.type, enabled=precision == torch.float16)
    state: dict[str, Any] = {"batches": iter(loader), "loss": 0.0}

    def steps(count: int) -> None:
        model.train()
        for _ in range(count):
            batch = next(state["batches"], None)
            if batch is None:
                state["batches"] = iter(loader)
                batch = next(state["batches"])
            images = batch["image"].to(device)
            optimiser.zero_grad(set_to_none=True)
            with torch.autocast(device.type, precision or torch.bfloat16, enabled=precision is not None):
                noise = torch.randn_like(images)
                times = torch.randint(0, 1000, (len(images),), device=device).long()
                said = inferer(inputs=images, diffusion_model=model, noise=noise, timesteps=times)
                loss = torch.nn.functional.mse_loss(said.float(), noise.float())
            scaler.scale(loss).backward()
            scaler.step(optimiser)
            scaler.update()
            state["loss"] += loss.item()

    return steps


def ours(values: np.ndarray, precision: str) -> Callable[[int], None]:
    """Our loop: so many steps."""
    found = ImageSet.of(values, ImageForm((64, 64), low=0, high=255), splits=["train"] * len(values))
    _, company = company_of()
    plan = LearningPlan(10_000, BATCH, rate=2.5e-5, precision=precision)  # type: ignore[arg-type]
    model = Ddpm()
    learner = Learner(found, model, {}, plan, fresh_networks(model, found.form, {}, 0), company)

    def steps(count: int) -> None:
        with repeatable(company.device):
            for _ in range(count):
                learner.advance()

    return steps


def seconds(steps: Callable[[int], None], count: int) -> float:
    """Per step: CPU seconds of a processor, seconds of a graphics card."""
    clock = time.perf_counter if GRAPHICS else time.process_time
    start = clock()
    steps(count)
    if GRAPHICS:
        torch.cuda.synchronize()
    return (clock() - start) / count


def main() -> None:
    torch.set_num_threads(1)
    device = torch.device("cuda" if GRAPHICS else "cpu")
    half = torch.float16 if GRAPHICS else (torch.bfloat16 if has_bfloat16(device) else None)
    values = pictures()
    loops = {"monai float32": tutorial(values, device, None), "xinglin float32": ours(values, "float32")}
    if half:
        loops |= {
            f"monai {'float16' if GRAPHICS else 'bfloat16'}": tutorial(values, device, half),
            "xinglin bfloat16": ours(values, "bfloat16"),
        }
    taken: dict[str, list[float]] = {name: [] for name in loops}
    for steps in loops.values():
        steps(WARM)
    for _ in range(ROUNDS):
        for name, steps in loops.items():
            taken[name].append(seconds(steps, STEPS))
    best = {name: min(values) for name, values in taken.items()}
    ratios = {"float32": best["monai float32"] / best["xinglin float32"]}
    if half:
        ratios["half"] = (
            best[next(name for name in best if name.startswith("monai ") and name != "monai float32")] / best["xinglin bfloat16"]
        )
    result = {
        "machine": torch.cuda.get_device_name() if GRAPHICS else described(), "torch": torch.__version__, "threads": 1,
        "network": f"MONAI DiffusionModelUNet {CHANNELS}, 64 px, batch {BATCH}", "steps": ROUNDS * STEPS,
        "seconds_per_step": {name: round(value, 4) for name, value in best.items()},
        "of": "seconds of the graphics card" if GRAPHICS else "CPU seconds",
        "xinglin_times_monai": {name: round(value, 3) for name, value in ratios.items()},
    }  # fmt: skip
    path = HERE / "result.json"
    if GRAPHICS:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "result_gpu.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

"""What networks of several processes keep beside learnt weights: measured spreads, running norms, the words of a codebook. Each sees its share of a
step's pictures; unless brought together after the step, the processes would learn in different units, and only the first would be kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from xinglin.records.errors import OutOfResources

if TYPE_CHECKING:
    from xinglin.training.image_learning.learner import Company

STILL = "stands_still"  # mark of a weight that an adapter leaves as it is


class Alike:
    """The numbers of `networks` that no gradient moves. Alone it does nothing."""

    def __init__(self, networks: torch.nn.ModuleDict, company: Company) -> None:
        self._networks, self._company = networks, company

    @torch.no_grad()
    def after(self, step: int) -> None:
        """After the step of that number (from 0): the mean over all processes; of the first step, in which some are drawn, those of the first process."""
        if self._company.mean is None or not (kept := self._kept()):
            return
        row = torch.cat([one.detach().double().reshape(-1) for one in kept])  # exact for what is the same in all
        if step == 0:
            row = row * (self._company.world if self._company.rank == 0 else 0)
        row, start = self._mean(row), 0
        for one in kept:
            one.copy_(row[start : start + one.numel()].view_as(one))
            start += one.numel()

    @torch.no_grad()
    def see(self) -> None:
        """Raises OutOfResources XL-LEARN-015 where the processes do not end with the same weights."""
        if self._company.mean is None:
            return
        mine = torch.stack([one.detach().double().sum() for one in self._networks.state_dict().values() if one.is_floating_point()])
        apart = self._mean((mine != self._mean(mine.clone())).any().double().reshape(1))
        if float(apart):
            raise OutOfResources(
                "XL-LEARN-015", "the processes did not end with the same weights", where=f"process {self._company.rank + 1} of {self._company.world}",
                why="machines that compute differently, or another version on one of them", fix="the same versions and processors everywhere",
            )  # fmt: skip

    def _kept(self) -> list[torch.Tensor]:
        untaught = [one for one in self._networks.parameters() if not one.requires_grad and not getattr(one, STILL, False)]
        return [one for one in (*untaught, *self._networks.buffers()) if one.is_floating_point()]

    def _mean(self, row: torch.Tensor) -> Any:
        return self._company.mean(row)

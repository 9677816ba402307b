"""The same people and treatment with diffrax under vmap and jit, on one core. Run by the peers' interpreter: peer_diffrax.py IN.npz OUT.npz

In natural coordinates, as one writes the equations down, and once more given our coordinates (log of the burden, resistant share).
"""

from __future__ import annotations

import os
import sys
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("OMP_NUM_THREADS", "1")

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

given = np.load(sys.argv[1])
NAMES = [str(name) for name in given["names"]]
P = {name: jnp.asarray(given["parameters"][k]) for k, name in enumerate(NAMES)}
MARKS, READS = jnp.asarray(given["marks"]), np.asarray(given["reads"])
CHEMO, FRACTION, ANTIBODY = (jnp.asarray(given[name]) for name in ("chemo", "fraction", "antibody"))  # amounts at each mark


def held(p, central):
    level = central / p["volume_central"]
    return level / (level + p["pembrolizumab_ec50"])


def natural(t, y, p):
    s, r, drug, central, peripheral = y
    h = held(p, central)
    growth = jnp.where(s + r > p["last_cell"], p["rho"] * jnp.log(p["capacity"] / (s + r)), 0.0) * (1 - (1 - p["immune_growth"]) * h)
    kill = p["beta_c"] * drug + p["immune_kill"] * h
    moved = p["k12"] * central - p["k21"] * peripheral
    return jnp.stack([(growth - kill) * s, growth * r, -p["decay"] * drug, -p["k10"] * central - moved, moved])


def rational(t, y, p):
    size, share, drug, central, peripheral = y
    h = held(p, central)
    growth = jnp.where(size > p["log_last"], p["rho"] * (p["log_capacity"] - size), 0.0) * (1 - (1 - p["immune_growth"]) * h)
    kill = p["beta_c"] * drug + p["immune_kill"] * h
    moved = p["k12"] * central - p["k21"] * peripheral
    return jnp.stack([growth - (1 - share) * kill, share * (1 - share) * kill, -p["decay"] * drug, -p["k10"] * central - moved, moved])


def course(rates, logs, tolerance):
    def one(p):
        y = jnp.stack([p["start_volume"] * (1 - p["resistant_share"]), p["start_volume"] * p["resistant_share"], 0.0, 0.0, 0.0])
        if logs:
            y = jnp.stack([jnp.log(p["start_volume"]), p["resistant_share"], 0.0, 0.0, 0.0])
        term, control = diffrax.ODETerm(rates), diffrax.PIDController(rtol=tolerance, atol=tolerance * 1e-4)

        def span(y, mark):
            start, stop, chemo, gray, antibody = mark
            lost = p["alpha"] * gray + p["alpha"] / p["alpha_beta"] * gray**2
            y = y.at[0].add(-lost) if logs else y.at[:2].multiply(jnp.exp(-lost))
            y = y.at[2].add(chemo).at[3].add(antibody)
            volume = jnp.exp(y[0]) if logs else y[0] + y[1]
            solved = diffrax.diffeqsolve(
                term,
                diffrax.Tsit5(),
                start,
                stop,
                (stop - start) / 2,
                y,
                args=p,
                stepsize_controller=control,
                saveat=diffrax.SaveAt(t1=True),
                max_steps=4096,
                adjoint=diffrax.ForwardMode(),
            )
            return solved.ys[0], volume

        y, volumes = jax.lax.scan(span, y, (MARKS[:-1], MARKS[1:], CHEMO[:-1], FRACTION[:-1], ANTIBODY[:-1]))
        last = jnp.exp(y[0]) if logs else y[0] + y[1]
        return jnp.concatenate([volumes, last[None]])

    return jax.jit(jax.vmap(one))


found = {}
for label, rates, logs in (("natural", natural, False), ("rational", rational, True)):
    for tolerance in (1e-4, 1e-5, 1e-6, 1e-7):
        run = course(rates, logs, tolerance)
        start = time.perf_counter()
        volumes = np.asarray(run(P).block_until_ready())[:, READS]
        compiled_s = time.perf_counter() - start
        error = float(np.max(np.abs(volumes[: len(given["truth"])] / given["truth"] - 1)))
        start = time.process_time()
        for _ in range(2):
            run(P).block_until_ready()
        cpu_s = (time.process_time() - start) / 2
        found[label] = [tolerance, error, volumes.shape[0] / cpu_s, compiled_s]
        print(label, found[label], file=sys.stderr)
        if error <= 1e-5:
            break
np.savez(
    sys.argv[2], **{label: np.array(row) for label, row in found.items()}, version=np.array(diffrax.__version__ + "/" + jax.__version__)
)

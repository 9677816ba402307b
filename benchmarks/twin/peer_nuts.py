"""The same posterior by NUTS (numpyro), one core: peer_nuts.py IN.json OUT.json, run by the peers' interpreter.

The lung cancer card under pembrolizumab in the log of the burden and the resistant share, written in JAX: the same prior (ranges and correlations
as the card's), the same readings and errors. Runge-Kutta 4 with steps of 2.1 days; the drug's two modes decay exactly.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("OMP_NUM_THREADS", "1")

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from jax.scipy.special import ndtr, ndtri
from numpyro.diagnostics import effective_sample_size
from numpyro.infer import MCMC, NUTS

jax.config.update("jax_enable_x64", True)
GIVEN = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
ROWS, FIXED = {row["name"]: row for row in GIVEN["rows"]}, GIVEN["fixed"]
GROUP, ROOT = GIVEN["group"], jnp.asarray(GIVEN["root"])
STEP, GAP = 2.1, 10  # ten steps from dose to dose
DOSES = GIVEN["doses"]


def inside(row, centre, score):
    """The value at a score of the distribution cut to its range."""
    if row["distribution"] == "lognormal":
        bounds = [ndtr(jnp.log(x / centre) / row["spread"]) for x in (row["low"], row["high"])]
        return centre * jnp.exp(row["spread"] * ndtri(bounds[0] + ndtr(score) * (bounds[1] - bounds[0])))
    bounds = [ndtr((x - centre) / row["spread"]) for x in (row["low"], row["high"])]
    return centre + row["spread"] * ndtri(bounds[0] + ndtr(score) * (bounds[1] - bounds[0]))


def person(scores):
    p = dict(FIXED)
    joined = dict(zip(GROUP, ROOT @ jnp.stack([scores[name] for name in GROUP]), strict=True))
    for name in GIVEN["varying"]:
        p[name] = inside(ROWS[name], GIVEN["centres"][name], joined.get(name, scores[name]))
    return p


def course(p):
    """Log of the burden at each dose time, and its greatest."""
    sphere = 0.000523598775598299
    start, capacity, lethal = (jnp.log(sphere * p[name] ** 3) for name in ("start_diameter", "capacity_diameter", "lethal_diameter"))
    growth = p["rho"] * (capacity - start)
    kill = p["immune_ratio"] * p["sensitivity"] * jnp.exp(p["pd_l1_effect"] * p["pd_l1"]) * growth
    share = 1 / (1 + (p["docetaxel_ratio"] * p["sensitivity"]) ** 2)
    k10, k12, k21 = p["clearance"] / p["volume_central"], p["flow"] / p["volume_central"], p["flow"] / p["volume_peripheral"]
    root = jnp.sqrt((k10 + k12 + k21) ** 2 - 4 * k10 * k21)
    quick, slow = (k10 + k12 + k21 + root) / 2, (k10 + k12 + k21 - root) / 2
    parts = (quick - k21) / root, (k21 - slow) / root

    def rates(y, held):
        grown = p["rho"] * (capacity - y[0]) * (1 - (1 - p["immune_growth"]) * held)
        return jnp.stack([grown - (1 - y[1]) * kill * held, y[1] * (1 - y[1]) * kill * held])

    def step(carry, dose):
        y, a, b = carry
        a, b = a + parts[0] * dose, b + parts[1] * dose

        def held(t):
            level = (a * jnp.exp(-quick * t) + b * jnp.exp(-slow * t)) / p["volume_central"]
            return level / (level + p["pembrolizumab_ec50"])

        one = rates(y, held(0.0))
        two = rates(y + STEP / 2 * one, held(STEP / 2))
        three = rates(y + STEP / 2 * two, held(STEP / 2))
        four = rates(y + STEP * three, held(STEP))
        y = y + STEP / 6 * (one + 2 * two + 2 * three + four)
        return (y, a * jnp.exp(-quick * STEP), b * jnp.exp(-slow * STEP)), y[0]

    doses = np.zeros(GAP * DOSES)
    doses[::GAP] = 200.0
    begun = (jnp.stack([start, share]), 0.0 * start, 0.0 * start)
    _, sizes = jax.lax.scan(step, begun, jnp.asarray(doses))
    whole = jnp.concatenate([start[None], sizes])
    return whole[:: 2 * GAP], lethal - whole.max()


def model(readings):
    scores = {name: numpyro.sample(name, dist.Normal(0, 1)) for name in GIVEN["varying"]}
    sizes, left = course(person(scores))
    numpyro.factor("alive", jnp.where(left > 0, 0.0, -1e6))
    numpyro.sample("readings", dist.Normal(sizes, GIVEN["error"]), obs=jnp.log(readings))


answers = []
for number, who in enumerate(GIVEN["people"]):
    kernel = NUTS(model, target_accept_prob=0.9, max_tree_depth=9)
    chain = MCMC(kernel, num_warmup=GIVEN["warmup"], num_samples=GIVEN["samples"], progress_bar=False)
    begun = time.process_time()
    readings = jnp.asarray(who)
    chain.run(jax.random.PRNGKey(number), readings)
    whole_cpu_s = time.process_time() - begun
    begun = time.process_time()
    chain.run(jax.random.PRNGKey(number + 100), readings)  # again, now compiled
    cpu_s = time.process_time() - begun
    scores = chain.get_samples()
    values = jax.vmap(person)(scores)
    raw = {name: np.asarray(chain.get_samples(group_by_chain=True)[name]) for name in GIVEN["varying"]}
    found = {
        name: {
            "mean": float(values[name].mean()),
            "sd": float(values[name].std()),
            "quantiles": np.quantile(values[name], (0.05, 0.5, 0.95)).tolist(),
            "effective": float(effective_sample_size(np.asarray(values[name])[None])),
        }
        for name in GIVEN["told"]
    }
    least = min(float(effective_sample_size(one)) for one in raw.values())
    answers.append({"cpu_s": cpu_s, "with_compiling_cpu_s": whole_cpu_s, "effective_least": least, "parameters": found})
    print(answers[-1], file=sys.stderr)
    told = {"numpyro": numpyro.__version__, "jax": jax.__version__, "people": answers}
    Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")

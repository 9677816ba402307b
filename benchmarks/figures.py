"""The README's table of figures, made from the result.json files: what was asked, what was measured, on which machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
BEGIN, END = "<!-- figures:begin -->", "<!-- figures:end -->"


def _rate(found: dict[str, Any]) -> str:
    return f"{found['rate']:.2%} ({found['found']} of {found['of']})"


def _plant9(r: dict[str, Any]) -> str:
    both = r["figures"]["together"]
    return f"{_rate(both['all plants'])} found, {_rate(both['false alarms'])} false alarms, {sum(r['records'].values())} records"


def _notes(r: dict[str, Any]) -> str:
    held = r["held_out"]
    return f"{held['detection']:.1%} found, {held['false_alarms']:.1%} false alarms (held-out notes)"


def _paraphrase(r: dict[str, Any]) -> str:
    first, unseen = r["figures"], r["third_when_first_scored"]
    told = f"{_rate(first['wrong caught'])} found, {1 - first['right let through']['rate']:.2%} false alarms; "
    return told + f"a third set nobody had seen: {unseen['wrong caught']['rate']:.1%} and {1 - unseen['right let through']['rate']:.1%}"


def _nodules(r: dict[str, Any]) -> str:
    mask, integral = r["fractional_mask_percent"], r["integral_percent"]
    return f"median {mask['median']:.5f} % and {integral['median']:.4f} %, worst {mask['worst']:.4f} % and {integral['worst']:.3f} %"


def _physics(r: dict[str, Any]) -> str:
    methods = r["methods"]
    ours, low, high = methods["ours, blur measured"]["auc"], *methods["ours, blur measured"]["interval_95"]
    peers = f"voxel paste {methods['voxel paste']['auc']:.2f}, Poisson blending {methods['Poisson blending']['auc']:.2f}"
    solid = methods["ours, blur measured"]["by_kind"]["solid"]
    return f"{ours:.2f} ({low:.2f} to {high:.2f}; solid alone {solid:.2f}); {peers}"


def _measured(r: dict[str, Any]) -> str:
    told = (f"{kind} {found['diameter_within_one_voxel']} and {found['volume_within_10_percent']}" for kind, found in r["by_kind"].items())
    return "within the bar: " + ", ".join(told)


def _crash(r: dict[str, Any]) -> str:
    return f"{r['acknowledged_lost']} lost, {r['half_released']} half-released in {r['kills']} kills"


def _ingest(r: dict[str, Any]) -> str:
    m = r["mimic"]
    stored = f", encrypted store included {m['parse_map_store_per_s']:,.0f}" if "parse_map_store_per_s" in m else ""
    return f"parse and map {m['parse_and_map_per_s']:,.0f}{stored} resources per CPU-second"


def _plan(r: dict[str, Any]) -> str:
    return f"{r['slowest_again_s']:.2f} s, in a fresh process {r['slowest_first_s']:.2f} s"


def _draft(r: dict[str, Any]) -> str:
    return f"{r['ratio_all_together']}× (per bundle {r['ratio_min']} to {r['ratio_max']}), largest bundle {r['peak_mib_largest_bundle']:.0f} MiB"


def _orders(r: dict[str, Any]) -> str:
    first_run = r["second"]["first_run"]["judge"]
    untouched = f"{first_run['caught'] / first_run['unsafe']:.1%} before anything was tuned on it"
    return f"{_of_one_set(r['judge'])}; second set {_of_one_set(r['second']['judge'])} ({untouched})"


def _of_one_set(held: dict[str, Any]) -> str:
    share, low, high = held["caught_share"]
    false, _, most = held["false_alarm_share"]
    return (
        f"{share:.1%} ({low:.1%} to {high:.1%}) of {held['unsafe']}, never-events {held['never_events_caught']} of {held['never_events']}, "
        f"{false:.1%} (to {most:.1%}) of {held['safe']} safe ones"
    )


def _warfarin(r: dict[str, Any]) -> str:
    equation, ours = r["equation"]["mae"][0], r["models"]["boosted_trees, all inputs"]
    less = ours["less_equation_with_linked_sites"]
    told = f"{equation:.2f} ({r['equation_with_linked_sites']['mae'][0]:.2f} where linked sites stand in); {ours['mae'][0]:.2f}, "
    return told + f"{less[0]:+.2f} ({less[1]:+.2f} to {less[2]:+.2f}) against the better of these; {ours['interval_90_holds'][0]:.1%}"


def _survival(r: dict[str, Any]) -> str:
    clear = {what: [0, 0, 0] for what in ("c_index", "integrated_brier")}
    for table in r["tables"].values():
        for what, count in clear.items():
            _, low, high = table[what]["difference"]
            sign = 1 if what == "c_index" else -1
            count[0 if min(sign * low, sign * high) > 0 else 2 if max(sign * low, sign * high) < 0 else 1] += 1
    means = r["mean_difference"]
    told = ", ".join(
        f"{word} better in {clear[what][0]}, alike in {clear[what][1]}, worse in {clear[what][2]}"
        for what, word in (("c_index", "C"), ("integrated_brier", "Brier"))
    )
    return f"{told} of {len(r['tables'])} tables; mean difference {means['c_index']:+.4f} and {means['integrated_brier']:+.4f}"


def _effects(r: dict[str, Any]) -> str:
    told = []
    for kind in ("continuous", "survival"):
        row = r[kind]
        own, less = row["methods"][r["stated"]], row[f"{r['stated']} less"]
        others = ", ".join(
            f"{who.removeprefix('EconML ')} {row['methods'][who]['pehe'][0]:.2f} ({gap[0]:+.3f}, {gap[1]:+.3f} to {gap[2]:+.3f})"
            for who, gap in less.items()
        )
        told.append(f"{kind} {own['pehe'][0]:.2f} against {others}, limits hold {own['coverage_95'][0]:.1%}")
    return "; ".join(told) + f" ({r['continuous']['seeds']} seeds)"


def _generators(r: dict[str, Any]) -> str:
    told = []
    for name, found in r.items():
        if isinstance(found, dict) and "frd_ratio" in found:
            told.append(f"{name} {found['frd_ratio']:.2f}×, recall {found['recall']:.2f}, near-copies {found['near_copies']:g}")
    return "; ".join(told) + f" ({r['cpu_s_each']:,.0f} CPU-s each)" if told else "not measured yet"


def _translation(r: dict[str, Any]) -> str:
    told = []
    for shift, found in r.items():
        for way, one in found.items() if isinstance(found, dict) else ():
            if isinstance(one, dict) and "removed" in one:
                value, low, high = one["removed"]
                likeness = f"SSIM {one['ssim_to_pair']:.3f} (untranslated {one['ssim_to_pair_untranslated']:.3f})"
                told.append(f"{shift}, {way} {value:.0%} ({low:.0%} to {high:.0%}), {likeness}")
    return "; ".join(told) or "not measured yet"


def _candidates(r: dict[str, Any]) -> str:
    mean, four = r["mean"], r["sensitivity"]["4"]
    ranks = ", ".join(f"mark {mass['rank']} of {slab['marks']}" for slab in r["lidc"] if isinstance(slab, dict) for mass in slab["masses"])
    told = f"{mean['value']:.2f} ({mean['low']:.2f} to {mean['high']:.2f}); {four['value']:.2f} ({four['low']:.2f} to {four['high']:.2f}), {r['nodules']} nodules of {r['scans']} scans"
    return told + (f"; two real LIDC masses: {ranks}, no rate" if ranks else "")


def _segmentation(r: dict[str, Any]) -> str:
    told = "not measured yet"
    if "difference" in r:
        ours, (gap, low, high) = r["xinglin unet_segmentation"], r["difference"]
        told = f"{ours['dice'][0]:.3f} against {r['nnU-Net-like 2-D']['dice'][0]:.3f}: {gap:+.3f} ({low:+.3f} to {high:+.3f}), {ours['cpu_s']:,.0f} CPU-s each"
    cases = ", ".join(
        f"{one['dice with consensus']:.2f} (readers {one['readers with each other']['mean']:.2f})"
        for one in r.get("lidc", {}).get("cases", ())
    )
    return told + (f"; LIDC case by case, learnt on phantoms alone: {cases}" if cases else "")


def _utility(r: dict[str, Any]) -> str:
    told = []
    for task, found in r.items():
        if isinstance(found, dict) and "shares of the training people" in found:
            gains = []
            for share, one in found["shares of the training people"].items():
                value, low, high = one["gain"]
                gains.append(f"{value:+.3f} ({low:+.3f} to {high:+.3f}) with {float(share):.0%}")
            whole = found["shares of the training people"]["1"]["real alone"]
            told.append(f"{task}: real alone {whole[0]:.3f}, gain {', '.join(gains)} of the people")
    return "; ".join(told) or "not measured yet"


ONCE_MEASURED = frozenset({"image_generators", "image_translation", "image_segmentation", "image_utility"})
"""Benchmarks whose rows stand in the table only once there is a result."""

ROWS: tuple[tuple[str, str, str, Callable[[dict[str, Any]], str]], ...] = (
    ("plant9", "errors planted in our own drafts, en + zh", "≥ 99.9 % found, ≤ 0.2 % false", _plant9),
    ("paraphrase", "the same in free wording by another hand", "≥ 98 % found, ≤ 3 % false", _paraphrase),
    ("real_notes", "errors planted in real visit notes, against the transcript", "≥ 92 % found, ≤ 6 % false", _notes),
    ("plan", "treatment plan for one person, all included (slowest of seven, en + zh)", "≤ 1 s", _plan),
    ("draft", "record to checked draft, against `fhir.resources` parsing alone", "≥ 10×, ≤ 300 MB", _draft),
    ("draft", "sentences checked per CPU-second, every check on", "≥ 2,000", lambda r: " · ".join(f"{k} {v:,}" for k, v in r["checking_sentences_per_cpu_s"].items())),
    ("ingest", "MIMIC-IV demo read", "≥ 20,000 mapped, ≥ 10,000 stored", _ingest),
    ("ucum", "UCUM functional tests", "≥ 99 %", lambda r: f"{r['results'][0]['rate']:.1%} (best peer library {r['results'][1]['rate']:.1%})"),
    ("crash", "kill -9 during take-in, sign and release", "0 lost, 0 half-released", _crash),
    ("mutated_fhir", "damaged FHIR files", "0 crashes, 0 hangs, ≤ 512 MB",
     lambda r: f"{r['crashes']} crashes, {r['hangs_over_5_s']} hangs, {r['peak_rss_mb']:.0f} MB in {r['mutants']:,} files"),
    ("ledger", "tampering with the ledger, 8 kinds", "100 % noticed",
     lambda r: f"{sum(r['noticed'].values()) / (r['times_each'] * len(r['noticed'])):.0%} of {r['times_each'] * len(r['noticed'])}"),
    ("review_walk", "random walk of the review states", "0 unsigned releases", lambda r: f"{r['unsigned_released']} in {r['steps']:,} steps"),
    ("nodule_geometry", "volume of 500 virtual nodules: mask, and integral of the change", "median ≤ 0.1 % and ≤ 1 %, worst ≤ 1 % and ≤ 3 %", _nodules),
    ("nodule_geometry", "their centres on slices ≤ 2.5 mm; voxels changed outside the box", "≤ 0.15 mm; 0",
     lambda r: f"worst {r['centroid_mm_slices_up_to_2.5']['worst']} mm; {r['voxels_changed_outside']}"),
    ("nodule_physics", "inserted against imaged lesions, told apart by a random forest", "AUC ≤ 0.60", _physics),
    ("nodule_candidates", "candidates for a reader, chests of nobody unseen: nodules found (mean over 1/8 to 8 false marks per scan; at 4)", "reported", _candidates),
    ("nodule_realism", "the same on stand-in patients, patients apart (phantom chests; real ones: a command for your own)", "reported",
     lambda r: f"{r['artificial']['auc']:.2f} ({r['artificial']['interval_95'][0]:.2f} to {r['artificial']['interval_95'][1]:.2f}), {r['artificial']['nodules']} nodules of {r['artificial']['patients']}; real LIDC: {r['lidc']['nodules']} pair, no rate"),
    ("lesion_measures", "blind measurement of our own nodules, 6 to 30 mm", "≤ 1 voxel, ≤ 10 %", _measured),
    ("scan_blur", "blur found in a scan, slices ≤ 1.25 mm", "≤ 0.1 mm", lambda r: f"worst {max(r[k]['worst_mm'] for k in ('in_the_slice', 'along_slices'))} mm"),
    ("mutated_dicom", "damaged DICOM files", "0 crashes, 0 wrong volumes, ≤ 5 s, ≤ 512 MB",
     lambda r: f"{r['crashes']} crashes, {r['wrong_volumes_accepted']} wrong, {r['slowest_cpu_s']} s, {r['reading_process_peak_mb']:.0f} MB in {r['mutants']:,} files"),
    ("nodule_road", "512 × 512 × 300: read, insert, write series and mask", "≤ 4 CPU-s, insertion ≤ 0.5, ≤ 2 GB",
     lambda r: f"{r['cpu_s_total']} CPU-s, insertion {r['cpu_s']['insert']:.2f}, {r['peak_mb']['house']} MB"),
    ("cohort_speed", "lung cancer cohort against scipy per patient and diffrax vmap, error ≤ 1e-5", "≥ 5,000× and ≥ 40×",
     lambda r: f"{r['times_scipy']:,}× and {r['times_diffrax']}× patients per CPU-second (diffrax given our coordinates {r['times_diffrax_given_our_coordinates']}×)"),
    ("million", "a million virtual patients to Parquet, two cores; bytes from serial, pool, Ray", "≤ 15 s; the same",
     lambda r: f"{min(e['wall_s'] for e in r['engines'].values())} s ({min(e['cpu_s'] for e in r['engines'].values())} CPU-s); {'the same' if r['same_bytes'] else 'NOT the same'}{', ' + r['busy'] if r.get('busy') else ''}"),
    ("glucose", "glucose against simglucose, and its own traces", "≥ 5,000×, ≤ 1e-3 mg/dL",
     lambda r: f"{r['times_simglucose']:,}×, {max(*r['same_day']['greatest_mg_dl'].values(), r['recorded_days']['greatest_mg_dl']['legacy']):.1g} mg/dL"),
    ("tissue_twin", "tumour in 128³ of tissue for 100 days against plain solvers", "≥ 20×, cells ≤ 0.1 %",
     lambda r: f"{r['tissue_128']['euler']['ratio']}× Euler, {r['tissue_128']['rk4']['ratio']}× rk4, {r['tissue_128']['ours']['cells_error']:.3%} of the cells"),
    ("virtual_people", "virtual persons as FHIR against a Synthea port; writer against `fhir.resources`", "≥ 100×, ≥ 200×, ≥ 500 resources each",
     lambda r: f"{r['measured']['generation_ratio']:,.0f}×, {r['measured']['writer_ratio']:,.0f}×, at least {r['measured']['least_resources_of_a_person']}"),
    ("coherence", "HbA1c against mean glucose in virtual persons", "r 0.80 to 0.95",
     lambda r: ", ".join(f"{k} {v['HbA1c and mean glucose']['pairs of one visit']:.2f}" for k, v in r["correlations"].items())),
    ("map_bayes", "drug estimates against published NONMEM ones", "≤ 0.2 %",
     lambda r: f"within: {r['all']['within_0.2_percent']:,} of {r['all']['people']:,}; elsewhere ours is the better minimum in {r['all']['we_found_a_lower_objective']}, theirs in {r['all']['they_found_a_lower_objective']}"),
    ("twin", "a person's twin from four readings: CPU, 90 % intervals, effective draws; against NUTS", "≤ 1 CPU-s; 87 to 93 %; ≥ 400 in 95 %; ≥ 50×",
     lambda r: f"{r['twins']['cpu_s_mean']:.2f} CPU-s; {r['twins']['coverage_of_90']:.1%} of {r['twins']['people']}; {r['twins']['share_effective_400']:.0%}; {r['nuts']['times_faster']:.0f}× ({r['nuts']['people']} person)"),
    ("lesion_forecast", "last reading of 907 real lesions forecast from the earlier ones, median error; 90 % intervals", "reported beside classical models",
     lambda r: ", ".join(f"{k} {v['median_absolute_mm']:.1f}" for k, v in r["errors"]["all"].items() if isinstance(v, dict))
     + f", comparable courses {r['by_comparable_courses']['last readings']['comparable courses']['median_absolute_mm']:.1f} mm; twin covers {r['coverage_of_90']['twin']:.0%}, "
     f"comparable courses {r['by_comparable_courses']['last readings']['comparable courses']['coverage_of_90']:.0%}"),
    ("tabular", "synthetic survival tables told from real ones; C-index beside training on real; near-copies", "AUC ≤ 0.70; within 0.02; 0",
     lambda r: f"{min(v['forest_auc']['mean'] for v in r['sets'].values()):.2f} to {max(v['forest_auc']['mean'] for v in r['sets'].values()):.2f}; on average within {max(abs(v['c_made_less_c_real']['mean']) for v in r['sets'].values()):.3f}; {sum(v['near_copies'] for v in r['sets'].values())} ({len(r['sets'])} sets)"),
    ("medication_orders", "unsafe orders of two independent hands, the parts nobody looked at", "≥ 94 % caught, never-events 100 %, ≤ 5 % false", _orders),
    ("warfarin", "weekly warfarin dose, 5,700 people (IWPC): the published equation; our own model, people apart; 90 % intervals", "MAE 8.58 ± 0.05 mg; not worse; 88 to 92 %", _warfarin),
    ("survival_tables", "survival of held-out people against lifelines and scikit-survival, better of each side", "C-index and Brier score not worse", _survival),
    ("treatment_effect", "effect of a treatment on each person against EconML's causal forest and T-learner; 95 % limits", "PEHE not worse; 92 to 98 %", _effects),
    ("star_alleles", "every pair of star alleles found again: strands known, unknown (the rest share their bases with a pair of more places); GRCh37 = GRCh38; a person's file read and called", "≥ 99.9 %; the same; ≤ 50 ms",
     lambda r: f"{r['share_strands_known']:.2%} and {r['share_strands_unknown']:.2%} of {r['total']['pairs']:,}; {r['persons']['same_in_both_assemblies']:,} of {r['persons']['of']:,}; {r['persons']['ms_median']:.0f} ms"),
    ("genome_reading", "a genome's VCF of 5,000,000 lines: plain, bgzip, indexed (pysam and cyvcf2 through every record of the bgzip file)", "≤ 20 CPU-s",
     lambda r: f"{', '.join(str(one['cpu_s']) for one in r['ours'].values())} CPU-s ({' and '.join(str(one['cpu_s']) if one else 'not installed' for one in r['others_through_every_record'].values())})"),
    ("image_loop", "a step of learning pictures by our loop beside MONAI's tutorial loop, the same network", "≥ 1.0×",
     lambda r: ", ".join(f"{v:.2f}× {'bfloat16' if k == 'half' else k}" for k, v in r["xinglin_times_monai"].items())),
    ("image_generators", "pictures like real ones (64 px): Fréchet radiomics distance of wavelet_flow beside the better of dcgan, wgan_gp and vae, equal cost", "≤ 0.5×, recall ≥ 0.7, near-copies 0", _generators),
    ("image_translation", "share of a planted change of scanner that CycleGAN takes away without pairs; likeness to the true pair", "≥ 70 %, anatomy kept", _translation),
    ("image_segmentation", "Dice of our U-Net on phantoms beside nnU-Net-like 2-D settings, equal cost", "at most 0.03 below", _segmentation),
    ("image_utility", "AUC gained on real test people by learning from made pictures first, real ones after", "not worse (lower limit above -0.02)", _utility),
    ("start", "`xinglin --help`", "< 0.3 s", lambda r: f"{r['xinglin --help']['median_s']} s"),
)  # fmt: skip


def table() -> str:
    """Markdown; a question without a result yet says so."""
    return "\n".join(["| question | asked | measured |", "|---|---|---|", *_lines()])


def _lines() -> Iterator[str]:
    for folder, question, asked, tell in ROWS:
        path = HERE / folder / "result.json"
        if folder in ONCE_MEASURED and not path.exists():
            continue
        told = tell(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else "not measured yet"
        yield f"| [{question}](benchmarks/{folder}/) | {asked} | {told} |"


def in_readme(text: str) -> str:
    """The README with its table made anew."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


def write() -> None:
    """Put the table into the README."""
    README.write_text(in_readme(README.read_text(encoding="utf-8")), encoding="utf-8")

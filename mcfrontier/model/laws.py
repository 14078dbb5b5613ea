"""Laws on AI models: the operations that each of them counts, and the runs that it captures.

The thresholds are inputs, in priors/laws/definitions.toml. What a study leaves out unless it states it is a node
without arguments, which a prior of its name replaces. docs/laws.md has what the texts leave open.
"""

import numpy as np

from mcfrontier.graph import node


def known_event(condition, known):
    """1 where a condition holds, else 0; missing where the figures that it is about are missing."""
    return np.where(np.isnan(known), np.nan, condition)


@node("1")
def later_compute():
    """Operations of later training of a model, as a multiple of those of its final run; none unless stated.

    Fine-tuning, reinforcement learning and other modifications by its developer.
    """
    return 0.0


@node("1")
def synthetic_data_compute():
    """Operations that generate non-public training data, as a multiple of the final run; none unless stated.

    Discarded samples included: European Commission, guidelines of 18 July 2025, Annex A.1, paragraph 120.
    """
    return 0.0


@node("share")
def distilled_from_frontier():
    """Whether the model is produced by knowledge distillation of a frontier model: 1, or 0, as unless stated."""
    return 0.0


@node("FLOP")
def model_compute(training_compute, later_compute):
    """Operations of all training of a model: the final run, fine-tuning, reinforcement learning and modifications.

    What SB 53 counts, section 22757.11(i)(2), and what the EU's indicative criterion counts: the compute that
    contributes to updates of parameters, Annex A.1, paragraph 118.
    """
    return training_compute * (1 + later_compute)


@node("FLOP")
def cumulative_compute(model_compute, training_compute, synthetic_data_compute):
    """Cumulative training compute of the AI Act: all training of a model, and the generation of its non-public data.

    Recital 111; guidelines of 18 July 2025, Annex A.1. Not counted: the training of parent models in distillation and
    of reward models, evaluations, experiments, public synthetic data, and recomputed activations.
    """
    return model_compute + training_compute * synthetic_data_compute


@node("share", event=True)
def general_purpose_model(model_compute, general_purpose_threshold):
    """Event that the EU's indicative criterion for a general-purpose model captures the run, if its modality does."""
    return known_event(model_compute > general_purpose_threshold, model_compute)


@node("share", event=True)
def systemic_risk_model(cumulative_compute, systemic_risk_threshold):
    """Event that the AI Act presumes systemic risk of the model, by its cumulative training compute."""
    return known_event(cumulative_compute > systemic_risk_threshold, cumulative_compute)


@node("share", event=True)
def sb53_model(model_compute, frontier_threshold):
    """Event that California's SB 53 captures the model, by the operations of all its training."""
    return known_event(model_compute > frontier_threshold, model_compute)


@node("share", event=True)
def raise_model(
    training_compute,
    frontier_threshold,
    cloud_cost,
    raise_cost_threshold,
    distilled_from_frontier,
    raise_distillation_threshold,
):
    """Event that New York's RAISE Act, as passed in June 2025, captures the model: by operations and cost.

    The compute cost is that of the final run at market prices of cloud compute. The amendment of 2026 is not counted.
    """
    trained = (training_compute > frontier_threshold) & (cloud_cost > raise_cost_threshold)
    distilled = (distilled_from_frontier > 0) & (cloud_cost > raise_distillation_threshold)
    return known_event(trained | distilled, training_compute / frontier_threshold + cloud_cost / raise_cost_threshold)


@node("1", along="run")
def general_purpose_models(general_purpose_model):
    """Number of runs that the EU's indicative criterion captures, of those with known operations."""
    return np.nansum(general_purpose_model, axis=0)


@node("1", along="run")
def systemic_risk_models(systemic_risk_model):
    """Number of runs that the AI Act presumes to have systemic risk, of those with known operations."""
    return np.nansum(systemic_risk_model, axis=0)


@node("1", along="run")
def sb53_models(sb53_model):
    """Number of runs that SB 53 captures, of those with known operations."""
    return np.nansum(sb53_model, axis=0)


@node("1", along="run")
def raise_models(raise_model):
    """Number of runs that the RAISE Act as passed captures, of those with known operations and cost."""
    return np.nansum(raise_model, axis=0)


@node("share", event=True)
def methods_agree(stated_compute, hardware_compute, error_margin):
    """Event that the hardware-based estimate of a run lies within the error margin of its architecture-based one."""
    ratio = hardware_compute / stated_compute
    return known_event(np.abs(ratio - 1) <= error_margin, ratio)

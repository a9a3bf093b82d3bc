"""`diff --traffic`: what the changes are worth at the traffic of logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.cli.traffic_logs import rare_models, sample_of
from pricecheck.wording import not_records

if TYPE_CHECKING:
    from pricecheck.cli.traffic_logs import LogArguments
    from pricecheck.policy.model import Policy
    from pricecheck.report.price_diff import TrafficEffect
    from pricecheck.rules.comparison import ComparedConfigs
    from pricecheck.rules.weighing import Weights


class Weighed(NamedTuple):
    """The changes of a config weighed by a sample, and what the report says of the sample."""

    weights: Weights
    effect: TrafficEffect


def weigh(compared: ComparedConfigs, policy: Policy, logs: LogArguments) -> Weighed:
    """Weigh the changes of a config by traffic logs, read as the policy says.

    Raises:
        InputError: a log can't be read.
    """
    from pricecheck.report.price_diff import TrafficEffect
    from pricecheck.rules.weighing import Weights

    sample = sample_of(logs, policy, [compared.old.config, compared.new.config])
    weights = Weights(compared.old, compared.new, sample, policy)
    revenue = weights.revenue
    notes = []
    if any(row.resolution for row in sample.rows):
        notes.append("counted from price resolutions: a request that is answered 402 first counts twice")
    if sample.bad:
        notes.append(not_records(sample.bad, sample.read))
    notes += rare_models(sample)
    names = sample.files[0] if len(sample.files) == 1 else f"{len(sample.files)} logs"
    effect = TrafficEffect(names, revenue.requests, revenue.undecided, revenue.before, revenue.after, notes)
    return Weighed(weights, effect)

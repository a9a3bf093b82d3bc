"""`check --traffic`: the same job, with the config held against the traffic of its gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck import files
from pricecheck.cli.shell import say
from pricecheck.cli.traffic_logs import LogArguments, rare_models, refuse_several, refuse_stdin_twice, sample_of
from pricecheck.errors import InputError
from pricecheck.wording import counted, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.cli.jobs.check import CheckArguments
    from pricecheck.engine import Options
    from pricecheck.gateway.config import Config
    from pricecheck.prices.usage import Sample

_LONGEST_ROUTE = 60


def held_to_traffic(arguments: CheckArguments, options: Options) -> Options:
    """Give the options of a check that holds its config against traffic logs.

    Raises:
        UsageError: there is more than one config: a log is of one gateway.
        InputError: a path leads nowhere.
    """
    configs = files.expand(arguments.paths or ["."])
    refuse_several(len(configs))
    refuse_stdin_twice(configs[0], arguments.traffic)
    return options._replace(sample_for=_Sampler(LogArguments(arguments.traffic, max_bad=arguments.max_bad)))


class _Sampler:
    """Reads the logs once: fixing checks the same config, under the same policy, again and again."""

    def __init__(self, arguments: LogArguments) -> None:
        self._arguments = arguments
        self._read: Sample | None = None

    def __call__(self, options: Options, config: Config) -> Sample:
        """Give the sample for a check of a config.

        Raises:
            InputError: it has nothing to judge by: a check that could find nothing would look like one that found
                nothing.
        """
        from pricecheck.policy.model import Policy

        if self._read is None:
            policy = options.policy or Policy()
            self._read = sample_of(self._arguments, policy, [config])
            name = policy.traffic.fields.get("requested_model", "requested_model")
            _refuse_blind(self._read, config, [rule.code for rule in options.rules if rule.needs_models], name)
            for note in rare_models(self._read):
                say(note)
        return self._read


def _refuse_blind(sample: Sample, config: Config, need_models: Sequence[str], field: str) -> None:
    """Refuse a sample that says nothing of the config, or not what `need_models` (codes of rules) judge by.

    Raises:
        InputError: it does; `field` names that of the model.
    """
    from pricecheck.rules.request_places import Places

    files_said = ", ".join(sample.files)
    places = Places(config)
    found = [(row, places.find(row.route)) for row in sample.rows if row.requests]
    if not found:
        raise InputError(f"--traffic: no request is in {files_said}: nothing to judge by")
    if all(place.is_elsewhere or place.builtin for _, place in found):
        requests = counted(sum(row.requests for row, _ in found), "request")
        where = cut(str(found[0][0].route), _LONGEST_ROUTE)
        raise InputError(
            f"--traffic: {requests} in {files_said}, and none for a route of this config: nothing to judge by (most are"
            f" for {where!r}); is it the log of another gateway, or its route in another field?"
        )
    # Where the model decides. A price resolution names the model of a request that the log has without it.
    by_model = [
        row for row, place in found if place.token_based or not {*places.token_routes}.isdisjoint(place.unclear)
    ]
    whole = sum(row.requests for row in by_model)
    nameless = sum(row.requests for row in by_model if row.model is None)
    if need_models and 2 * nameless > whole and not any(row.resolution for row in by_model):
        never = "never says" if nameless == whole else f"of {nameless:,} of {whole:,} requests does not say"
        raise InputError(
            f"--traffic: {files_said} {never} the model ({field}) on token-based routes: nothing to judge by for"
            f" {', '.join(need_models)}; name its field in [traffic.fields] of the policy (a gateway logs models only"
            f" at level debug), or leave these rules out: --ignore {','.join(need_models)}"
        )

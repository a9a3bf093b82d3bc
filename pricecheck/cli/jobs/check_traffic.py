"""`check --traffic`: the same job, with the config held against the traffic of its gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck import files
from pricecheck.cli.shell import say
from pricecheck.cli.traffic_logs import LogArguments, rare_models, refuse_several, refuse_stdin_twice, sample_of
from pricecheck.errors import InputError

if TYPE_CHECKING:
    from pricecheck.cli.jobs.check import CheckArguments
    from pricecheck.engine import Options
    from pricecheck.gateway.config import Config
    from pricecheck.prices.usage import Sample


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
            if not self._read.rows:
                raise InputError(f"--traffic: no request is in {', '.join(self._read.files)}: nothing to judge by")
            blind = [rule.code for rule in options.rules if rule.needs_models]
            if blind and "model" in self._read.missing and _needs_models(self._read, config):
                name = policy.traffic.fields.get("requested_model", "requested_model")
                raise InputError(
                    f"--traffic: {', '.join(self._read.files)} never says the model ({name}): nothing to judge by for"
                    f" {', '.join(blind)}; name its field in [traffic.fields] of the policy (a gateway logs models only"
                    f" at level debug), or leave these rules out: --ignore {','.join(blind)}"
                )
            for note in rare_models(self._read):
                say(note)
        return self._read


def _needs_models(sample: Sample, config: Config) -> bool:
    """Say whether requests of a sample may have been on token-based routes, where the model decides."""
    from pricecheck.rules.request_places import Places

    places = Places(config)
    found = (places.find(row.route) for row in sample.rows)
    return any(place.token_based or not {*places.token_routes}.isdisjoint(place.unclear) for place in found)

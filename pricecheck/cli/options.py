"""Flags that several commands share: one spelling, one help text."""

from __future__ import annotations

from typing import Annotated

import typer

Color = Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")]
Env = Annotated[bool, typer.Option("--env", help="Take ${NAME} from the environment of this process.")]
EnvFile = Annotated[
    list[str] | None, typer.Option(metavar="FILE", help="Take ${NAME} from this file (NAME=value lines).")
]
Isolated = Annotated[bool, typer.Option("--isolated", help="Use no policy, baseline or approvals.")]
OnlyConfig = Annotated[
    str | None,
    typer.Argument(metavar="CONFIG", help="A config, or - for standard input. Default: the one config below here."),
]
OneConfig = Annotated[str, typer.Argument(metavar="CONFIG", help="A config, or - for standard input.")]
Partial = Annotated[bool, typer.Option("--partial", help="A fragment: missing top-level sections are fine.")]
PolicyFile = Annotated[str | None, typer.Option(metavar="FILE", help="Use this policy instead of the nearest one.")]
StdinFilename = Annotated[str | None, typer.Option(metavar="NAME", help="What to call standard input in the output.")]
MaxBad = Annotated[
    str, typer.Option(metavar="SHARE", help="Exit 2 where more of the lines of the logs are no records.")
]

"""`python -m verify`: proves that the traces of an environment arrive, or names the link that is broken."""

import sys

from rich.console import Console

from verify.arguments import Arguments, parse
from verify.as_json import as_json
from verify.context import Context
from verify.errors import UsageError
from verify.expected import Expected
from verify.interruption import Interruption
from verify.live import LiveView, summary
from verify.outcomes import INTERRUPTED, WRONG_USAGE, exit_code
from verify.plan import STAGES
from verify.report.render import write_report
from verify.run import run
from verify.stack_outputs import read_outputs


def main() -> int:
    """Verify what the command line asks for, and return the exit code."""
    arguments = parse(sys.argv[1:], STAGES)
    interruption = Interruption()
    interruption.listen()
    console = Console(stderr=arguments.options.json, highlight=False, soft_wrap=True)
    view = LiveView(console)
    try:
        return _verify(arguments, console, view, interruption)
    except UsageError as error:
        console.print(str(error), markup=False)
        return WRONG_USAGE
    except KeyboardInterrupt as interruption:
        view.close()
        console.print("interrupted: nothing was changed")
        return 128 + interruption.args[0] if interruption.args else INTERRUPTED
    finally:
        view.close()


def _verify(arguments: Arguments, console: Console, view: LiveView, interruption: Interruption) -> int:
    outputs = read_outputs(arguments.stack, arguments.outputs)
    context = Context(Expected.from_outputs(arguments.stack, outputs), arguments.options)
    results = run(interruption.none_before(STAGES), context, view)
    if arguments.options.report:
        write_report(arguments.options.report, context, results)
    if arguments.options.json:
        sys.stdout.write(as_json(arguments.stack, results) + "\n")
    console.print(summary(results, STAGES), markup=False)
    return exit_code(results)


if __name__ == "__main__":
    sys.exit(main())

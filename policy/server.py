"""Answers Pulumi's engine: the analyzer protocol (pulumi/analyzer.proto) over the rules.

pulumi_policy's own server (1.21) reads each resource once for every rule, forgets which values are secret, and does not
hand on the stack's configuration, by which a rule would know the environment. The figures are in
docs/decisions/0012-policy-pack.md.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel, Severity

from policy import wire
from policy.judgement import Violation, concerns, judge, judge_stack
from policy.resource import kind_of
from policy.rule import Rule, StackRule
from policy.rules import RULES
from policy.stack import Stack

#: gRPC, which carries no types.
_grpc: Final[Any] = import_module("grpc")

#: A message of protobuf's own, which carries no types.
_empty: Final[Any] = import_module("google.protobuf.empty_pb2")

#: Name and version of the pack; the engine takes the version of PulumiPolicy.yaml.
_NAME: Final = "traced-mesh"
_VERSION: Final = "0.1.0"

#: The limit of the engine itself for one message, in bytes (pulumi/sdk/go/common/util/rpcutil, 400 MB).
_LARGEST_MESSAGE: Final = 400 * 1024 * 1024

#: Seconds between two looks at whether the starting process is still there.
_LOOK_AROUND: Final = 1.0

_LEVELS: Final = {
    EnforcementLevel.ADVISORY: proto.ADVISORY,
    EnforcementLevel.MANDATORY: proto.MANDATORY,
    EnforcementLevel.DISABLED: proto.DISABLED,
}
_SEVERITIES: Final = {
    Severity.LOW: proto.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: proto.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: proto.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: proto.POLICY_SEVERITY_CRITICAL,
}


def serve() -> None:
    """Serve on a port of the loopback address and say which on standard output.

    It goes on until the engine ends it, or until whoever started it is gone: a killed engine ends nobody.
    """
    parent = os.getppid()
    limit = [("grpc.max_receive_message_length", _LARGEST_MESSAGE)]
    server = _grpc.server(ThreadPoolExecutor(max_workers=1), options=limit)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(RULES), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while os.getppid() == parent:
        server.wait_for_termination(timeout=_LOOK_AROUND)
    server.stop(None)


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """The servicer of the analyzer protocol.

    Arguments:
        rules: the rules.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._stack = Stack()

    def ConfigureStack(self, request: Any, context: Any) -> proto.AnalyzerStackConfigureResponse:
        """Note what the stack is."""
        self._stack = Stack.configured(request.project, dict(request.config), list(request.config_secret_keys))
        return proto.AnalyzerStackConfigureResponse()

    def GetAnalyzerInfo(self, request: Any, context: Any) -> proto.AnalyzerInfo:
        """Describe the rules, with their levels for this stack."""
        policies = [self._described(rule) for rule in self._rules]
        return proto.AnalyzerInfo(name=_NAME, version=_VERSION, supportsConfig=True, policies=policies)

    def Configure(self, request: Any, context: Any) -> Any:
        """Note levels; the engine names each rule's, changed or not."""
        names = {number: level for level, number in _LEVELS.items()}
        given = {rule: names.get(config.enforcementLevel) for rule, config in request.policyConfig.items()}
        changed = {rule: level for rule, level in given.items() if level is not None}
        self._stack = replace(self._stack, changed=changed)
        return _empty.Empty()

    def Analyze(self, request: Any, context: Any) -> proto.AnalyzeResponse:
        """Judge one resource before it is made."""
        searched = self._stack.searched if wire.holds(request, self._stack.searched) else frozenset[str]()
        # CRDs are most of what charts hold, and no rule is about them: they are not read, unless a secret is in them.
        rules = [rule for rule in self._active() if searched or kind_of(request.type) in rule.kinds]
        return self._answer(judge(wire.resource(request, searched), rules) if rules else ())

    def AnalyzeStack(self, request: Any, context: Any) -> proto.AnalyzeResponse:
        """Judge resources together."""
        rules = [rule for rule in self._active() if isinstance(rule, StackRule)]
        of_interest = [it for it in request.resources if any(concerns(rule, kind_of(it.type)) for rule in rules)]
        return self._answer(judge_stack([wire.resource(each, ()) for each in of_interest], rules))

    def Remediate(self, request: Any, context: Any) -> proto.RemediateResponse:
        """Change nothing: people fix what is wrong, where it is written."""
        return proto.RemediateResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> proto.PluginInfo:
        """Return the pack's version."""
        return proto.PluginInfo(version=_VERSION)

    def _active(self) -> list[Rule]:
        return [rule for rule in self._rules if self._stack.level(rule) is not EnforcementLevel.DISABLED]

    def _described(self, rule: Rule) -> proto.PolicyInfo:
        of_stack = isinstance(rule, StackRule)
        return proto.PolicyInfo(
            name=rule.name,
            description=rule.demand,
            enforcementLevel=_LEVELS[self._stack.level(rule)],
            policy_type=proto.POLICY_TYPE_STACK if of_stack else proto.POLICY_TYPE_RESOURCE,
            severity=_SEVERITIES[rule.severity],
            remediation_steps=rule.fix,
        )

    def _answer(self, violations: Iterable[Violation]) -> proto.AnalyzeResponse:
        return proto.AnalyzeResponse(
            diagnostics=[
                proto.AnalyzeDiagnostic(
                    policyName=each.rule.name,
                    policyPackName=_NAME,
                    policyPackVersion=_VERSION,
                    description=each.rule.demand,
                    message=f"{each.rule.demand}\n{each.message}",
                    enforcementLevel=_LEVELS[self._stack.level(each.rule)],
                    urn=each.resource.urn,
                    severity=_SEVERITIES[each.rule.severity],
                )
                for each in violations
            ]
        )

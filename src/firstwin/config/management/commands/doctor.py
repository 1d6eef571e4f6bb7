"""`firstwin doctor`: what is wrong, and how to mend it."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from firstwin.config.diagnosis import installation, machine
from firstwin.config.diagnosis.findings import Verdict
from firstwin.shared import clock

SIGNS = {Verdict.FINE: "ok  ", Verdict.NOTE: "note", Verdict.WRONG: "WRONG"}


class Command(BaseCommand):
    help = "Look for what is wrong with this installation and say how to mend it"
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = 0
        for findings in (
            machine.look(settings.HOME, settings.PACKAGE / "static"),
            installation.look(clock.now()),
        ):
            for finding in findings:
                count += finding.verdict is Verdict.WRONG
                self.stdout.write(f"{SIGNS[finding.verdict]:<6} {finding.subject:<12} {finding.text}")
                if finding.remedy and finding.verdict is not Verdict.FINE:
                    self.stdout.write(f"{'':<19} {finding.remedy}")
        things = "thing is" if count == 1 else "things are"
        self.stdout.write("\nAll is well." if not count else f"\n{count} {things} wrong.")
        sys.exit(1 if count else 0)

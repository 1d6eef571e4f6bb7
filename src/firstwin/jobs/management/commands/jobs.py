"""`firstwin jobs`: what waits, what runs, what is dead; retry and drop dead jobs."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from firstwin.jobs import operations, queries
from firstwin.jobs.contracts import JobInfo, MachineOperator
from firstwin.shared import clock


class Command(BaseCommand):
    help = "Show the state of jobs and the dead ones, with their errors; retry or drop a dead job"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--retry", metavar="ID", help="give a dead job another full set of attempts; `all` for every one"
        )
        parser.add_argument("--drop", metavar="ID", help="delete a dead job for good; `all` for every one")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        if options["retry"]:
            for job in chosen(options["retry"]):
                operations.retry_job(actor=operator_of(job), job_id=job.id, at=clock.now())
                self.stdout.write(f"{job.kind} {job.id}: waits for another attempt")
        elif options["drop"]:
            for job in chosen(options["drop"]):
                operations.drop_job(actor=operator_of(job), job_id=job.id)
                self.stdout.write(f"{job.kind} {job.id}: dropped")
        else:
            self.show()

    def show(self) -> None:
        """Print the counts, then every dead job with the last line of its error."""
        stats = queries.get_stats()
        self.stdout.write(
            f"{stats.ready} ready, {stats.running} running, {stats.waiting} waiting, {stats.held} held, "
            f"{stats.dead} dead, {stats.timers} timers"
        )
        for job in queries.list_all_dead_jobs():
            reason = (job.last_error.strip().splitlines() or ["no error was kept"])[-1]
            self.stdout.write(
                f"{job.id}  {job.kind}  workspace {job.workspace_id or '-'}  {job.attempts} attempts  {reason}"
            )


def chosen(text: str) -> list[JobInfo]:
    """Return the dead jobs that were named."""
    dead = list(queries.list_all_dead_jobs())
    if text == "all":
        return dead
    try:
        wanted = UUID(text)
    except ValueError:
        raise CommandError(f"{text} is not the id of a job. `firstwin jobs` lists them.") from None
    found = [job for job in dead if job.id == wanted]
    if not found:
        raise CommandError(f"There is no dead job {text}. `firstwin jobs` lists them.")
    return found


def operator_of(job: JobInfo) -> MachineOperator:
    """Return who types this, acting where the job belongs."""
    return MachineOperator(workspace_id=job.workspace_id)

"""Tables of jobs. Partial indexes keep every step of the engine flat however many rows wait."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from firstwin.jobs.contracts import JobState
from firstwin.shared import clock, ids

NO_WORKSPACE = UUID(int=0)
"""Stands in the column for work of the installation itself, so that such work takes its turn like a workspace."""


class Job(models.Model):
    """Work to do. Finished jobs are deleted. `id` gives the order of creation, `uid` is the job's name to the outside.

    A claim is fenced by (worker, attempts): whoever lost the job to a takeover no longer matches and changes nothing.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=ids.new_id, editable=False)
    workspace_id = models.UUIDField(default=NO_WORKSPACE)
    kind = models.CharField(max_length=100)
    payload = models.TextField(default="{}")
    queue = models.CharField(max_length=20, default="default")
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, default=JobState.READY.value)
    run_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    key = models.CharField(max_length=200, default="", blank=True)
    order_key = models.CharField(max_length=250, default="", blank=True)
    attempts = models.IntegerField(default=0)
    worker = models.CharField(max_length=120, default="", blank=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "kind", "workspace_id"],
                condition=~Q(key="") & ~Q(state="dead"),
                name="jobs_job_key_once",
            ),
        ]
        indexes = [
            models.Index(
                "queue", "workspace_id", F("priority").desc(), "id", condition=Q(state="ready"), name="jobs_job_ready"
            ),
            models.Index(fields=["run_at"], condition=Q(state="waiting"), name="jobs_job_waiting"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="jobs_job_running"),
            models.Index(fields=["workspace_id", "id"], condition=Q(state="dead"), name="jobs_job_dead"),
            models.Index(
                fields=["order_key", "id"], condition=~Q(order_key="") & ~Q(state="dead"), name="jobs_job_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Timer(models.Model):
    """Something to come; at its time it becomes a job, which keeps its `uid`."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=ids.new_id, editable=False)
    owner = models.CharField(max_length=100)
    name = models.CharField(max_length=120)
    at = models.DateTimeField()
    workspace_id = models.UUIDField(default=NO_WORKSPACE)
    kind = models.CharField(max_length=100)
    payload = models.TextField(default="{}")
    queue = models.CharField(max_length=20, default="default")
    priority = models.SmallIntegerField(default=0)
    order_key = models.CharField(max_length=250, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="jobs_timer_once")]
        indexes = [models.Index(fields=["at", "id"], name="jobs_timer_at")]

    def __str__(self) -> str:
        return f"{self.owner} {self.name}"


class Schedule(models.Model):
    """The next tick of a registered schedule; whoever moves it on enqueues the job."""

    name = models.CharField(max_length=100, primary_key=True)
    cron = models.CharField(max_length=100)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

"""Tables of the installation itself."""

from django.db import models


class Heartbeat(models.Model):
    """When a part of the installation was last heard of."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"

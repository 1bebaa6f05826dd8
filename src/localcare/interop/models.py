from django.db import models


class ImportedFile(models.Model):
    """What became of a file's resources when it was imported; the same document is never imported twice."""

    document = models.OneToOneField("documents.Document", on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    mapped = models.PositiveIntegerField(default=0)
    kept = models.JSONField(default=dict)
    rejected = models.JSONField(default=list)
    findings = models.JSONField(default=list)


class ParkedResource(models.Model):
    """A resource whose patient was unknown: it waits in its document until somebody by one of the names is known."""

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    resource_type = models.CharField(max_length=60)
    source = models.CharField(max_length=120)
    names = models.JSONField()
    parked_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="parked_once")]
        indexes = [models.Index(fields=["source"], condition=models.Q(resolved_at=None), name="parked_waiting")]

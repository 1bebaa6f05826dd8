from django.db import models


class Document(models.Model):
    """Bytes as they were received from a source, once per source however often they come."""

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    file_name = models.CharField(max_length=300)
    source = models.CharField(max_length=120)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "source"], name="document_once_per_source")]

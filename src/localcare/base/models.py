from django.db import models

# The entry by which a store says that a demo was built into it.
DEMO_BUILT = "demo built into this store"


class AuditHead(models.Model):
    """The end of the chain: one row, and the only lock an audited write takes."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.BinaryField(default=bytes(32))


class AuditEntry(models.Model):
    """One link of the chain. Columns beside `canonical` only make it searchable; the hash covers `canonical`."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200)
    role = models.CharField(max_length=60)
    organisation = models.CharField(max_length=200)
    action = models.CharField(max_length=60, db_index=True)
    purpose = models.CharField(max_length=40)
    page = models.TextField(default="")
    reason = models.TextField()
    canonical = models.BinaryField()
    previous_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["actor_id", "sequence"]),
            models.Index(fields=["actor", "sequence"]),
        ]


class AuditSubject(models.Model):
    """Which patients an entry is about. No foreign key: an audit row outlives what it speaks of."""

    entry_sequence = models.BigIntegerField()
    patient_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["patient_id", "entry_sequence"]),
            models.Index(fields=["entry_sequence", "patient_id"]),
        ]


class AuditSpool(models.Model):
    """How far a spool of an outage has come: on the outage copy what was written, in the care store what has joined.

    `written` is how far a copy said that its spool had come when the next copy took its place.
    """

    name = models.CharField(max_length=32, primary_key=True)
    sequence = models.BigIntegerField(default=0)
    hash = models.BinaryField(default=bytes(32))
    written = models.BigIntegerField(default=0)


class OutboxEvent(models.Model):
    """Something that happened, kept until every handler has acted on it."""

    name = models.CharField(max_length=100)
    payload = models.JSONField()
    occurred_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    failure = models.TextField(default="")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["handled_at", "id"])]

from django.db import models


class Patient(models.Model):
    """A person registered, now or before, with a practice of the area."""

    class Sex(models.TextChoices):
        FEMALE = "female"
        MALE = "male"
        INDETERMINATE = "indeterminate"
        NOT_KNOWN = "not_known", "not known"

    nhs_number = models.CharField(max_length=10, null=True, unique=True)
    family_name = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=15, choices=Sex)
    ethnicity = models.CharField(max_length=1, default="Z")
    language = models.CharField(max_length=2, blank=True)
    interpreter_required = models.BooleanField(default=False)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    lsoa11_code = models.CharField(max_length=9, blank=True)
    died_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["birth_date", "family_name"], name="found_by_birth_date")]


class Registration(models.Model):
    """A person's registration with a practice, from one day to another."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    practice_code = models.CharField(max_length=6)
    local_id = models.CharField(max_length=40)
    starts = models.DateField()
    ends = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_code", "local_id"], name="one_registration_per_local_id")
        ]
        indexes = [
            models.Index(fields=["practice_code", "patient"], condition=models.Q(ends=None), name="registered_now"),
        ]


class FormerNhsNumber(models.Model):
    """An NHS number a person no longer uses; a search by it still finds them."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    nhs_number = models.CharField(max_length=10, unique=True)
    changed_on = models.DateField()


class SamePerson(models.Model):
    """A dated link saying that two patients are one person. Its end is the unmerge; nothing else is rewritten."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    same_as = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    starts = models.DateField()
    ends = models.DateField(null=True)
    reason = models.CharField(max_length=200)


class LocalIdentifier(models.Model):
    """A name by which a sender of messages knows a person, e.g. `Patient/17` or a hospital number."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=120)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "value", "patient"], name="local_identifier_once_per_patient")
        ]

"""What happens many times at once, such as the pictures that a page loads, can be one line of the log."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_waiting_mail")]

    operations = [
        migrations.AddField("activity", "batch", models.UUIDField(editable=False, null=True)),
        migrations.AddConstraint(
            "activity",
            models.UniqueConstraint(
                fields=["batch"], condition=models.Q(batch__isnull=False), name="accounts_activity_one_line_for_a_batch"
            ),
        ),
    ]

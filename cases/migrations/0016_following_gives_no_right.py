"""Who follows a case gets its mails; who was asked to join reads it. Of those who are there, nobody can tell any more: they were asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_search_answers")]

    operations = [
        migrations.AddField(
            "caseparticipant",
            "was_asked",
            models.BooleanField(default=True, verbose_name="was asked to join"),
        ),
    ]

"""Cases are found by what was answered to their type's questions, too. A generated column cannot be changed, only made anew: the table
is written once more, and nobody writes to it meanwhile."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression

SEARCHED = CombinedExpression(
    SearchVector("subject", config="portal_english", weight="A"),
    "||",
    models.Func(
        "answers",
        template="setweight(to_tsvector('portal_english', jsonb_path_query_array(%(expressions)s, '$[*].value')), 'B')",
    ),
    output_field=SearchVectorField(),
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_agent_drafts")]

    operations = [
        migrations.RemoveIndex("case", "cases_case_search"),
        migrations.RemoveField("case", "search"),
        migrations.AddField(
            "case",
            "search",
            models.GeneratedField(expression=SEARCHED, output_field=SearchVectorField(), db_persist=True),
        ),
        migrations.AddIndex("case", GinIndex(fields=["search"], name="cases_case_search")),
    ]

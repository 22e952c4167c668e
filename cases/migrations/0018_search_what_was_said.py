"""Cases are found by what was said in them, where customers can read it. The words stand in a column that the database alone keeps,
whichever way messages are written, moved or changed; internal notes leave no word there.

The table of cases is written once more, and nobody writes to it meanwhile."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression

SEARCHED = CombinedExpression(
    CombinedExpression(
        SearchVector("subject", config="portal_english", weight="A"),
        "||",
        models.Func(
            "answers",
            template="setweight(to_tsvector('portal_english', jsonb_path_query_array(%(expressions)s, '$[*].value')), 'B')",
        ),
        output_field=SearchVectorField(),
    ),
    "||",
    models.Func(template="coalesce(said, '')", output_field=SearchVectorField()),
    output_field=SearchVectorField(),
)

KEEP = """
ALTER TABLE cases_case ADD COLUMN said tsvector;

CREATE FUNCTION cases_said_in(bigint) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT to_tsvector('portal_english', left(string_agg(body, ' '), 200000))
    FROM cases_casemessage WHERE case_id = $1 AND visibility = 'customer'
$$;

CREATE FUNCTION cases_keep_what_was_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        UPDATE cases_case SET said = cases_said_in(id)
        WHERE id IN (SELECT case_id FROM written) AND said IS DISTINCT FROM cases_said_in(id);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE cases_case SET said = cases_said_in(id)
        WHERE id IN (SELECT case_id FROM replaced) AND said IS DISTINCT FROM cases_said_in(id);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER cases_casemessage_written AFTER INSERT ON cases_casemessage
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION cases_keep_what_was_said();
CREATE TRIGGER cases_casemessage_changed AFTER UPDATE ON cases_casemessage
    REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION cases_keep_what_was_said();
CREATE TRIGGER cases_casemessage_deleted AFTER DELETE ON cases_casemessage
    REFERENCING OLD TABLE AS replaced FOR EACH STATEMENT EXECUTE FUNCTION cases_keep_what_was_said();
"""
FORGET = """
DROP TRIGGER cases_casemessage_written ON cases_casemessage;
DROP TRIGGER cases_casemessage_changed ON cases_casemessage;
DROP TRIGGER cases_casemessage_deleted ON cases_casemessage;
DROP FUNCTION cases_keep_what_was_said();
DROP FUNCTION cases_said_in(bigint);
ALTER TABLE cases_case DROP COLUMN said;
"""
FILL = "UPDATE cases_case SET said = cases_said_in(id)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_lists_from_indexes")]

    operations = [
        migrations.RunSQL(KEEP, FORGET),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex("case", "cases_case_search"),
        migrations.RemoveField("case", "search"),
        migrations.AddField(
            "case",
            "search",
            models.GeneratedField(expression=SEARCHED, output_field=SearchVectorField(), db_persist=True),
        ),
        migrations.AddIndex("case", GinIndex(fields=["search"], name="cases_case_search")),
    ]

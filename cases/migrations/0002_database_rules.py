"""What the database itself sees to.

Cases are found by their subject, by the answers to their type's questions, and by what was said in them where customers can
read it. These last words stand in a column that the database alone keeps, whichever way messages are written, moved or
changed; internal notes leave no word there. The column that is searched is generated from all three.

A contact's cases are all of one account. PostgreSQL takes the two columns for independent unless it is told, expects far too
few rows of both together, and then sorts thousands where an index has them in order.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression

OWNER = "CREATE STATISTICS cases_case_owner (dependencies, mcv) ON account_id, contact_id FROM cases_case"
NO_OWNER = "DROP STATISTICS cases_case_owner"
SAID = """
ALTER TABLE cases_case ADD COLUMN said tsvector;

CREATE FUNCTION cases_said_in(bigint) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT to_tsvector('portal_english', portal_words(left(string_agg(body, ' '), 200000)))
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
NOT_SAID = """
DROP TRIGGER cases_casemessage_written ON cases_casemessage;
DROP TRIGGER cases_casemessage_changed ON cases_casemessage;
DROP TRIGGER cases_casemessage_deleted ON cases_casemessage;
DROP FUNCTION cases_keep_what_was_said();
DROP FUNCTION cases_said_in(bigint);
ALTER TABLE cases_case DROP COLUMN said;
"""
ANSWERED = (
    "regexp_replace(jsonb_path_query_array(%(expressions)s, '$[*].value')::text, "
    r"""'\\([bfnrt"\\]|u[0-9a-f]{4})', ' ', 'g')"""
)
SEARCHED = CombinedExpression(
    CombinedExpression(
        SearchVector(
            models.Func(models.F("subject"), function="portal_words", output_field=models.TextField()),
            config="portal_english",
            weight="A",
        ),
        "||",
        models.Func(
            "answers",
            template=f"setweight(to_tsvector('portal_english', portal_words({ANSWERED})), 'B')",
        ),
        output_field=SearchVectorField(),
    ),
    "||",
    models.Func(template="coalesce(said, '')", output_field=SearchVectorField()),
    output_field=SearchVectorField(),
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL(OWNER, NO_OWNER),
        migrations.RunSQL(SAID, NOT_SAID),
        migrations.AddField(
            "case",
            "search",
            models.GeneratedField(expression=SEARCHED, output_field=SearchVectorField(), db_persist=True),
        ),
        migrations.AddIndex("case", GinIndex(fields=["search"], name="cases_case_search")),
    ]

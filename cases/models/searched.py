from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.expressions import CombinedExpression

from lib.search import CONFIGURATION, vector_of

ANSWERED = (
    "regexp_replace(jsonb_path_query_array(%(expressions)s, '$[*].value')::text, "
    r"""'\\([bfnrt"\\]|u[0-9a-f]{4})', ' ', 'g')"""
)
"""Without what JSON writes for the ends of lines and for quotes."""
SEARCHED = CombinedExpression(
    CombinedExpression(
        vector_of("subject", "A"),
        "||",
        models.Func(
            "answers",
            template=f"setweight(to_tsvector('{CONFIGURATION}', portal_words({ANSWERED})), 'B')",
        ),
        output_field=SearchVectorField(),
    ),
    "||",
    models.Func(template="coalesce(said, '')", output_field=SearchVectorField()),
    output_field=SearchVectorField(),
)
"""What a case is found by: its subject; what was answered, not what was asked: that is the same in all cases
of a type; and what was said in it, where customers can read it. ``said`` is a column that the database alone
keeps (migration database_rules)."""

"""A text search configuration that stems English words and keeps stop words: questions consist of them."""

from django.db import migrations

FORWARDS = """
CREATE TEXT SEARCH DICTIONARY portal_english_stem (TEMPLATE = snowball, Language = english);
CREATE TEXT SEARCH CONFIGURATION portal_english (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION portal_english ALTER MAPPING REPLACE english_stem WITH portal_english_stem;
"""
BACKWARDS = """
DROP TEXT SEARCH CONFIGURATION portal_english;
DROP TEXT SEARCH DICTIONARY portal_english_stem;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_append_only_activity")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

"""Where comparisons are kept: schema, queries, migrations, recovery."""

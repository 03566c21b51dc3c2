"""What the SQL plug-ins share: drivers, tables, migrations, the writer with group commit."""

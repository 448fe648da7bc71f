"""What people see: tables, charts, workbook, HTML page and manifest."""

"""What people type and click, one class per feature."""

"""The environment itself: its parts put together, its outputs, notices, deletion guard and security."""

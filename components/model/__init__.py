"""Plain data that settings hold and components take; nothing here knows Pulumi."""

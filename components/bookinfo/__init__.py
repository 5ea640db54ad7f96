"""Bookinfo, the proof that requests are traced: its applications, and who may call whom."""

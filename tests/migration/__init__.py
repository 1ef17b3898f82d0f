"""Tests of the migration from other programs."""
